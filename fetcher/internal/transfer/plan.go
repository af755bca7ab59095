package transfer

import (
	"slices"
	"sync"
)

// maxPartLength bounds what one request asks for: between two of them others of the
// run, such as an archive's, get a turn.
const maxPartLength = 64 << 20

// plan divides what is missing of a file among workers. Each takes an equal
// part; who is done takes over half of what the slowest still has before it.
// So there are few requests, each of which costs a round trip, and no
// connection is waited for while others lie idle.
type plan struct {
	mutex   sync.Mutex
	changed *sync.Cond
	// parts are in the order of their offsets and do not overlap.
	parts []*part
	// minPartLength is the shortest part worth a request of its own, in bytes.
	minPartLength int64
	cancelled     bool
}

// part is what one request brings, in bytes of the object: it begins at
// offset and ends before end. Up to taken the bytes are its reader's, up to
// written they are in the file.
type part struct {
	offset, claimed, written, end int64
	started                       bool
}

// newPlan divides the holes in a file into parts for so many workers.
func newPlan(gaps []byteRange, workers int, minPartLength int64) *plan {
	p := &plan{minPartLength: minPartLength}
	p.changed = sync.NewCond(&p.mutex)
	total := int64(0)
	for _, gap := range gaps {
		total += gap.length
	}
	share := min(max(total/int64(workers), minPartLength), max(maxPartLength, minPartLength))
	for _, gap := range gaps {
		count := (gap.length + share - 1) / share
		for i := range count {
			start, end := gap.length*i/count, gap.length*(i+1)/count
			p.parts = append(p.parts, newPart(gap.offset+start, gap.offset+end))
		}
	}
	return p
}

func newPart(offset, end int64) *part {
	return &part{offset: offset, claimed: offset, written: offset, end: end}
}

// nextPart is the part to bring now, and the span to ask for: others may take of
// the part from then on. It is nil when nothing is left to do.
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
	if slowest < 0 || p.parts[slowest].remaining() < 2*p.minPartLength {
		return nil, byteRange{}
	}
	donor := p.parts[slowest]
	half := newPart(donor.end-donor.remaining()/2, donor.end)
	donor.end = half.offset
	p.parts = slices.Insert(p.parts, slowest+1, half)
	return half, half.start()
}

func (p *part) start() byteRange {
	p.started = true
	return byteRange{offset: p.offset, length: p.end - p.offset}
}

func (p *part) remaining() int64 { return p.end - p.claimed }

// claim claims the next n bytes for the part's reader, or as many as have not
// gone to another. No byte of the file has two writers: a spoilt one would be
// seen in the checksum of its own stretch only.
func (p *plan) claim(target *part, n int) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	claimed := min(int64(n), target.remaining())
	target.claimed += claimed
	return int(claimed)
}

// markWritten says that all that was taken is in the file, and whether the part is
// whole.
func (p *plan) markWritten(target *part) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	target.written = target.claimed
	p.changed.Signal()
	return target.written == target.end
}

// cancel ends the waiting: no more will come.
func (p *plan) cancel() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.cancelled = true
	p.changed.Signal()
}

// waitWritten returns how far the file is written without a hole, from a byte that
// may be one on; false after abandon. What no part covers was there before.
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
