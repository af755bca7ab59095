package transfer

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// reportInterval is the time between two log lines. A shorter download logs nothing.
const reportInterval = 2 * time.Second

// Progress counts the bytes of all ranges and logs them.
type Progress struct {
	source.Source
	bytes atomic.Int64
}

// NewProgress returns a decorator of src that counts the bytes read.
func NewProgress(src source.Source) *Progress { return &Progress{Source: src} }

// Read opens a range whose bytes are counted.
func (p *Progress) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	body, err := p.Source.Read(ctx, object, offset, length)
	if err != nil {
		return nil, err
	}
	return &countingBody{ReadCloser: body, bytes: &p.bytes}, nil
}

type countingBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

func (c *countingBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// Report logs the progress every two seconds until stop is called: the bytes received since the call of Report, the
// total, the rate of the last interval in bytes per second, and the remaining time at this rate. After stop has
// returned nothing is logged, because the summary must be the last line.
func (p *Progress) Report(total int64, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	start := p.bytes.Load()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(reportInterval)
		defer ticker.Stop()
		for last := start; ; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := p.bytes.Load()
			rate := (now - last) * int64(time.Second) / int64(reportInterval)
			attributes := []any{"bytes", now - start, "of", total, "rate", rate}
			if rate > 0 {
				attributes = append(attributes, "left", (time.Duration((total-now+start)/rate) * time.Second).String())
			}
			log.Info("progress", attributes...)
			last = now
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
