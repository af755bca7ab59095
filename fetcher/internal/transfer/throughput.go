package transfer

import (
	"slices"
	"sync"
	"time"
)

// A range is slow if, after minSampleTime, its throughput is below the median of the last ranges divided by slowFactor.
// S3's guidelines recommend replacing such connections: the next one usually reaches another server.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html
const (
	minSampleTime = 3 * time.Second
	slowFactor    = 10
	// With fewer than minSamples ranges the median means little. Only the last maxSamples ranges are current enough.
	minSamples, maxSamples = 4, 16
)

// throughput records the rates of the last ranges, in bytes per second.
type throughput struct {
	mutex sync.Mutex
	rates []float64
}

// record adds a finished range. It also adds ranges that were aborted for being slow: if the whole network is slow, the
// median falls and no further ranges are aborted.
func (t *throughput) record(bytes int64, elapsed time.Duration) {
	if bytes == 0 || elapsed <= 0 {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.rates) == maxSamples {
		t.rates = slices.Delete(t.rates, 0, 1)
	}
	t.rates = append(t.rates, float64(bytes)/elapsed.Seconds())
}

// isSlow reports whether a range in progress is slow, and returns the median.
func (t *throughput) isSlow(bytes int64, elapsed time.Duration) (median float64, slow bool) {
	if elapsed < minSampleTime {
		return 0, false
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.rates) < minSamples {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(t.rates))
	median = sorted[len(sorted)/2]
	return median, float64(bytes)/elapsed.Seconds()*slowFactor < median
}
