package transfer

import "sync"

// frontier knows how far each range is written, and lets one reader wait.
type frontier struct {
	mutex     sync.Mutex
	moved     *sync.Cond
	written   []int64
	abandoned bool
}

func newFrontier(ranges int) *frontier {
	f := &frontier{written: make([]int64, ranges)}
	f.moved = sync.NewCond(&f.mutex)
	return f
}

// advance adds n written bytes to range i.
func (f *frontier) advance(i, n int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.written[i] += int64(n)
	f.moved.Signal()
}

// abandon ends the waiting: no more will come.
func (f *frontier) abandon() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.abandoned = true
	f.moved.Signal()
}

// wait returns how many bytes of range i are written once they are more than
// beyond, or false after abandon.
func (f *frontier) wait(i int, beyond int64) (int64, bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for f.written[i] <= beyond && !f.abandoned {
		f.moved.Wait()
	}
	return f.written[i], f.written[i] > beyond
}
