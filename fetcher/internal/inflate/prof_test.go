package inflate

import (
	"bytes"
	"io"
	"testing"
)

func BenchmarkReader(b *testing.B) {
	buffer := make([]byte, 256<<10)
	for _, s := range samples(4 << 20) {
		packed := compress(b, 6, s.content)
		b.Run(s.name, func(b *testing.B) {
			b.SetBytes(int64(len(s.content)))
			for b.Loop() {
				r, _ := NewReader(bytes.NewReader(packed))
				_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buffer)
				r.Close()
			}
		})
	}
}
