package fetch

import (
	"context"
	"runtime/debug"

	"golang.org/x/sync/semaphore"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// maxArtifacts is the number of artifacts that are downloaded at the same time. Each needs buffers.
const maxArtifacts = 8

// errMemoryInUse ends the extraction of an archive whose window does not fit beside those of others.
var errMemoryInUse = fetcherr.New(fetcherr.Transient, "the memory is in use by the extraction of other archives")

// memoryReservation is the memory for the window of one zstd decoder. The semaphore bounds those of all artifacts.
type memoryReservation struct {
	total       *semaphore.Weighted
	held, wants int64
}

// grow reserves memory for a window. It does not wait: the archive holds buffers that the others need to finish. After
// errMemoryInUse the caller gives up the buffers and waits.
func (m *memoryReservation) grow(window int64) error {
	if window <= m.held {
		return nil
	}
	if !m.total.TryAcquire(window - m.held) {
		m.wants = window
		return errMemoryInUse
	}
	m.held = window
	return nil
}

// wait waits for the memory that grow did not get.
func (m *memoryReservation) wait(ctx context.Context) error {
	m.release()
	if m.total.Acquire(ctx, m.wants) != nil {
		return context.Cause(ctx)
	}
	m.held = m.wants
	return nil
}

// release returns the memory to the system first: the next decoder allocates its window at once, before the garbage
// collector would run.
func (m *memoryReservation) release() {
	if m.held > 0 {
		debug.FreeOSMemory()
		m.total.Release(m.held)
		m.held = 0
	}
}
