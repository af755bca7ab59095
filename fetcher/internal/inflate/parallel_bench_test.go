package inflate

import (
	"bytes"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkParallel compares decoding with and without cores ahead, in turns: the time, and the CPU time, of which four
// cores take a quarter each at best.
func BenchmarkParallel(b *testing.B) {
	cpu := func() time.Duration {
		var usage syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	buffer := make([]byte, 256<<10)
	for _, s := range samples(24 << 20)[:5] {
		packed := compress(b, 6, s.content)
		b.Run(s.name, func(b *testing.B) {
			before := parallelProcs
			defer func() { parallelProcs = before }()
			var took, used [2]time.Duration
			for b.Loop() {
				for i := range took {
					parallelProcs = []int{1 << 20, 1}[i]
					start, startCPU := time.Now(), cpu()
					r, err := NewReader(bytes.NewReader(packed))
					require.NoError(b, err)
					_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buffer)
					require.NoError(b, err)
					r.Close()
					took[i] = fastest(took[i], time.Since(start))
					used[i] = fastest(used[i], cpu()-startCPU)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took[1])/float64(took[0]), "time-of-one")
			b.ReportMetric(float64(used[1])/float64(used[0]), "cpu-of-one")
		})
	}
}

func fastest(before, now time.Duration) time.Duration {
	if before == 0 {
		return now
	}
	return min(before, now)
}
