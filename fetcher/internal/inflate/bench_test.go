package inflate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"testing"
	"time"

	klauspost "github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// BenchmarkRatio compares the decoders in turns, so that all have the same load of the machine, and reports the fastest
// of their runs. MB are of the content.
func BenchmarkRatio(b *testing.B) {
	files := samples(2 << 20)
	for _, size := range []int{1 << 10, 20 << 10, 200 << 10} {
		for _, s := range samples(size)[:2] {
			files = append(files, sample{fmt.Sprintf("%s-%dk", s.name, size>>10), s.content})
		}
	}
	decoders := []struct {
		name string
		open func(io.Reader) (io.ReadCloser, error)
	}{
		{"own", func(r io.Reader) (io.ReadCloser, error) { return NewReader(r) }},
		{"klauspost", func(r io.Reader) (io.ReadCloser, error) { return klauspost.NewReader(bufio.NewReaderSize(r, 64<<10)) }},
		{"std", func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(bufio.NewReaderSize(r, 64<<10)) }},
	}
	buffer := make([]byte, 256<<10)
	for _, s := range files {
		packed := compress(b, 6, s.content)
		repeat := max(1, 1<<20/len(s.content))
		b.Run(s.name, func(b *testing.B) {
			best := make([]time.Duration, len(decoders))
			for b.Loop() {
				for i, decoder := range decoders {
					start := time.Now()
					for range repeat {
						r, err := decoder.open(bytes.NewReader(packed))
						require.NoError(b, err)
						n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buffer)
						require.NoError(b, err)
						require.EqualValues(b, len(s.content), n)
						r.Close()
					}
					if took := time.Since(start); best[i] == 0 || took < best[i] {
						best[i] = took
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			for i, decoder := range decoders {
				b.ReportMetric(float64(len(s.content)*repeat)/1e6/best[i].Seconds(), decoder.name+"-MB/s")
			}
			b.ReportMetric(float64(best[0])/float64(best[1]), "of-klauspost")
		})
	}
}
