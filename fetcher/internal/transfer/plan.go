package transfer

import (
	"slices"
	"sync"
)

// longest bounds what one request asks for: between two of them others of the
// run, such as an archive's, get a turn.
const longest = 64 << 20

// plan divides what is missing of a file among workers. Each takes an equal
// part; who is done takes over half of what the slowest still has before it.
// So there are few requests, each of which costs a round trip, and no
// connection is waited for while others lie idle.
type plan struct {
	mutex sync.Mutex
	moved *sync.Cond
	// parts are in the order of their offsets and do not overlap.
	parts []*part
	// least is the shortest part worth a request of its own, in bytes.
	least     int64
	abandoned bool
}

// part is what one request brings, in bytes of the object: it begins at
// offset and ends before end. Up to taken the bytes are its reader's, up to
// written they are in the file.
type part struct {
	offset, taken, written, end int64
	begun                       bool
}

// newPlan divides the holes in a file into parts for so many workers.
func newPlan(missing []span, workers int, least int64) *plan {
	p := &plan{least: least}
	p.moved = sync.NewCond(&p.mutex)
	total := int64(0)
	for _, hole := range missing {
		total += hole.length
	}
	share := min(max(total/int64(workers), least), max(longest, least))
	for _, hole := range missing {
		count := (hole.length + share - 1) / share
		for i := range count {
			from, to := hole.length*i/count, hole.length*(i+1)/count
			p.parts = append(p.parts, newPart(hole.offset+from, hole.offset+to))
		}
	}
	return p
}

func newPart(offset, end int64) *part {
	return &part{offset: offset, taken: offset, written: offset, end: end}
}

// next is the part to bring now, and the span to ask for: others may take of
// the part from then on. It is nil when nothing is left to do.
func (p *plan) next() (*part, span) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	slowest := -1
	for i, candidate := range p.parts {
		if !candidate.begun {
			return candidate, candidate.begin()
		}
		if slowest < 0 || candidate.left() > p.parts[slowest].left() {
			slowest = i
		}
	}
	if slowest < 0 || p.parts[slowest].left() < 2*p.least {
		return nil, span{}
	}
	victim := p.parts[slowest]
	half := newPart(victim.end-victim.left()/2, victim.end)
	victim.end = half.offset
	p.parts = slices.Insert(p.parts, slowest+1, half)
	return half, half.begin()
}

func (p *part) begin() span {
	p.begun = true
	return span{offset: p.offset, length: p.end - p.offset}
}

func (p *part) left() int64 { return p.end - p.taken }

// take claims the next n bytes for the part's reader, or as many as have not
// gone to another. No byte of the file has two writers: a spoilt one would be
// seen in the checksum of its own stretch only.
func (p *plan) take(of *part, n int) int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	mine := min(int64(n), of.left())
	of.taken += mine
	return int(mine)
}

// wrote says that all that was taken is in the file, and whether the part is
// whole.
func (p *plan) wrote(of *part) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	of.written = of.taken
	p.moved.Signal()
	return of.written == of.end
}

// abandon ends the waiting: no more will come.
func (p *plan) abandon() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.abandoned = true
	p.moved.Signal()
}

// wait returns how far the file is written without a hole, from a byte that
// may be one on; false after abandon. What no part covers was there before.
func (p *plan) wait(from, size int64) (int64, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for {
		if to := p.reach(from, size); to > from || p.abandoned {
			return to, to > from
		}
		p.moved.Wait()
	}
}

func (p *plan) reach(from, size int64) int64 {
	for _, part := range p.parts {
		if part.end > from && part.written < part.end {
			return max(part.written, from)
		}
	}
	return size
}
