package transfer

import (
	"slices"
	"sync"
)

// maxPartLength limits one request. Between requests, other objects of the run can get a slot of WithConcurrencyLimit.
const maxPartLength = 64 << 20

// plan divides the gaps of a file among workers. Each gets an equal part. A worker that has finished takes over half of
// the largest remaining part. So there are few requests, each of which costs a round trip, and no connection is idle
// while another is busy.
type plan struct {
	mutex   sync.Mutex
	changed *sync.Cond
	// parts are ordered by offset and do not overlap.
	parts []*part
	// minPartLength is the size of the smallest part worth a request, in bytes.
	minPartLength int64
	// throttled reports whether the store limits the requests.
	throttled func() bool
	cancelled bool
}

// part is the range of one request, in bytes of the object: it begins at offset and ends before end. Bytes before
// claimed belong to its reader, bytes before written are in the file.
type part struct {
	offset, claimed, written, end int64
	started                       bool
}

// newPlan divides the gaps of a file into parts for the given number of workers. Those of a throttled store are as long
// as possible.
func newPlan(gaps []byteRange, workers int, minPartLength int64, throttled func() bool) *plan {
	p := &plan{minPartLength: minPartLength, throttled: throttled}
	p.changed = sync.NewCond(&p.mutex)
	total := int64(0)
	for _, gap := range gaps {
		total += gap.length
	}
	share := min(max(total/int64(workers), minPartLength), max(maxPartLength, minPartLength))
	if throttled() {
		share = max(maxPartLength, minPartLength)
	}
	for _, gap := range gaps {
		count := (gap.length + share - 1) / share
		for i := range count {
			start, end := gap.length*i/count, gap.length*(i+1)/count
			p.parts = append(p.parts, newPart(gap.offset+start, gap.offset+end))
		}
	}
	return p
}

// newSequentialPlan returns a plan with one part, which is one request.
func newSequentialPlan(size int64) *plan {
	return newPlan([]byteRange{{length: size}}, 1, size, func() bool { return false })
}

func newPart(offset, end int64) *part {
	return &part{offset: offset, claimed: offset, written: offset, end: end}
}

// nextPart returns the next part to download and the range to request, or nil if there is nothing left to do. Other
// workers may later take over the end of the part.
func (p *plan) nextPart() (*part, byteRange) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	slowest := -1
	for i, part := range p.parts {
		if !part.started {
			return part, part.start()
		}
		if slowest < 0 || part.remaining() > p.parts[slowest].remaining() {
			slowest = i
		}
	}
	if slowest < 0 || p.parts[slowest].remaining() < 2*p.minPartLength || p.throttled() {
		return nil, byteRange{}
	}
	donor := p.parts[slowest]
	half := newPart(donor.end-donor.remaining()/2, donor.end)
	donor.end = half.offset
	p.parts = slices.Insert(p.parts, slowest+1, half)
	return half, half.start()
}

// putBack returns a part that is not downloaded, because the store throttles requests. It is joined with others that
// have not started, so that they need fewer requests.
func (p *plan) putBack(target *part) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	target.started = false
	joined := p.parts[:0]
	for _, part := range p.parts {
		if n := len(joined); n > 0 && joined[n-1].joins(part, max(maxPartLength, p.minPartLength)) {
			joined[n-1].end = part.end
		} else {
			joined = append(joined, part)
		}
	}
	p.parts = joined
}

// joins reports whether neither part has started, next begins where p ends, and both are not longer than maximum.
func (p *part) joins(next *part, maximum int64) bool {
	return !p.started && !next.started && p.end == next.offset && next.end-p.offset <= maximum
}

func (p *part) start() byteRange {
	p.started = true
	return byteRange{offset: p.offset, length: p.end - p.offset}
}

func (p *part) remaining() int64 { return p.end - p.claimed }

// claim reserves the next n bytes for the part's reader, or fewer if another worker took over the rest. Two workers
// must not write the same byte: the checksums of their segments would overlap.
func (p *plan) claim(target *part, n int) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	claimed := min(int64(n), target.remaining())
	target.claimed += claimed
	return int(claimed)
}

// markWritten records that all claimed bytes are in the file, and reports whether the part is complete.
func (p *plan) markWritten(target *part) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	target.written = target.claimed
	p.changed.Signal()
	return target.written == target.end
}

// cancel wakes waitWritten: no more data will be written.
func (p *plan) cancel() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.cancelled = true
	p.changed.Signal()
}

// waitWritten waits until the byte at from is written, and returns the offset of the first byte after it that is not.
// After cancel it returns false. Bytes that belong to no part were in the file before.
func (p *plan) waitWritten(from, size int64) (int64, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for {
		if until := p.writtenUntil(from, size); until > from || p.cancelled {
			return until, until > from
		}
		p.changed.Wait()
	}
}

func (p *plan) writtenUntil(from, size int64) int64 {
	for _, part := range p.parts {
		if part.end > from && part.written < part.end {
			return max(part.written, from)
		}
	}
	return size
}
