package transfer

import (
	"slices"
	"sync"
	"time"
)

// A range counts as slow when it has had a fair chance and brings less than a
// tenth of what the middle one of the last ranges brought. S3 itself advises
// to give up such a connection: the next one seldom meets the same server.
const (
	minSampleTime = 3 * time.Second
	slowFactor    = 10
	// Of fewer ranges nobody can tell what is usual; more are the past.
	minSamples, maxSamples = 4, 16
)

// throughput knows how fast the last ranges came, in bytes a second.
type throughput struct {
	mutex sync.Mutex
	rates []float64
}

// record adds a range that is over. One that was given up counts too: when the
// network itself is slow, the middle falls and giving up ends.
func (p *throughput) record(bytes int64, took time.Duration) {
	if bytes == 0 || took <= 0 {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.rates) == maxSamples {
		p.rates = slices.Delete(p.rates, 0, 1)
	}
	p.rates = append(p.rates, float64(bytes)/took.Seconds())
}

// isSlow says whether a range under way is far below the others, and what is
// usual.
func (p *throughput) isSlow(bytes int64, took time.Duration) (usual float64, slow bool) {
	if took < minSampleTime {
		return 0, false
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.rates) < minSamples {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(p.rates))
	usual = sorted[len(sorted)/2]
	return usual, float64(bytes)/took.Seconds()*slowFactor < usual
}
