package objectstore

import (
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

// body is a part of the content that is sent. It can be rewound, as the SDK of AWS requires.
type body struct {
	*io.SectionReader

	progress *progress
	touch    func()
	sent     int64
}

func newBody(content Content, offset, length int64, progress *progress, touch func()) *body {
	return &body{SectionReader: section(content, offset, length), progress: progress, touch: touch}
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.SectionReader.Read(p)
	b.touch()
	b.sent += int64(n)
	b.progress.add(int64(n))
	return n, err
}

func (b *body) Seek(offset int64, whence int) (int64, error) {
	at, err := b.SectionReader.Seek(offset, whence)
	if whence == io.SeekStart && err == nil {
		b.progress.add(at - b.sent)
		b.sent = at
	}
	return at, err
}

// takeBack uncounts what was sent, because it has to be sent again.
func (b *body) takeBack() {
	b.progress.add(-b.sent)
	b.sent = 0
}
