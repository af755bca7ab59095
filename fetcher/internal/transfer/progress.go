package transfer

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// reportInterval is how often a long download says where it stands. One that is
// shorter says nothing: a pod's log has no use for it.
const reportInterval = 2 * time.Second

// Progress counts the bytes of all ranges and says how far they are.
type Progress struct {
	source.Source
	bytes atomic.Int64
}

// NewProgress wraps the source whose ranges are counted.
func NewProgress(src source.Source) *Progress { return &Progress{Source: src} }

// Read opens a range that is counted.
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

// Report logs, every two seconds until stop is called, how many of the bytes
// that are to come have come since now, at what rate in bytes a second over
// the last interval, and how long the rest takes at that rate. After stop has
// returned no line comes: the summary is the last.
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
