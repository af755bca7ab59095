package objectstore

import (
	"context"
	"io"
	"sync"
)

// progress counts the sent bytes of an upload and reports them.
type progress struct {
	report func(sentBytes int64)

	mutex sync.Mutex
	sent  int64
}

func newProgress(report func(int64)) *progress {
	if report == nil {
		report = func(int64) {}
	}
	return &progress{report: report}
}

// add counts n bytes. A negative n takes back what has to be sent again.
func (p *progress) add(n int64) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sent += n
	p.report(p.sent)
}

// set replaces the count.
func (p *progress) set(n int64) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sent = n
	p.report(n)
}

// body is a part of the content that is sent. It can be rewound, as the SDK of AWS requires. net/http reads it in a
// goroutine of its own, which may go on after the request was cancelled or answered, so it ends with the request's
// context: otherwise an interrupted upload may still send all that is left, and complete the object.
// https://pkg.go.dev/net/http#RoundTripper
type body struct {
	ctx      context.Context
	progress *progress
	touch    func()

	mutex   sync.Mutex
	content *io.SectionReader
	sent    int64
	isEnded bool
}

// newBody returns length bytes of the content from offset. touch is called for every read.
func newBody(ctx context.Context, content Content, offset, length int64, progress *progress, touch func()) *body {
	return &body{ctx: ctx, content: section(content, offset, length), progress: progress, touch: touch}
}

func (b *body) Read(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	switch {
	case b.ctx.Err() != nil:
		return 0, context.Cause(b.ctx)
	case b.isEnded:
		return 0, io.ErrClosedPipe
	}
	n, err := b.content.Read(p)
	b.touch()
	b.sent += int64(n)
	b.progress.add(int64(n))
	return n, err
}

func (b *body) Seek(offset int64, whence int) (int64, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	at, err := b.content.Seek(offset, whence)
	if whence == io.SeekStart && err == nil {
		b.progress.add(at - b.sent)
		b.sent = at
	}
	return at, err
}

// takeBack ends the body and uncounts what was sent, because it has to be sent again.
func (b *body) takeBack() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.progress.add(-b.sent)
	b.sent, b.isEnded = 0, true
}
