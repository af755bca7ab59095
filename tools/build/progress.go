package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress reads what the go command says, a package or a download a line,
// and shows how far it is: in place on a terminal, else a line now and then.
type progress struct {
	name    string
	total   int
	out     io.Writer
	live    bool
	every   time.Duration
	started time.Time

	mu         sync.Mutex
	shown      time.Time
	compiled   int
	downloaded int
	rest       []byte
	other      bytes.Buffer
}

func newProgress(name string, total int, out *os.File) *progress {
	p := &progress{name: name, total: total, out: out, every: 10 * time.Second, started: time.Now(), shown: time.Now()}
	if stat, err := out.Stat(); err == nil && stat.Mode()&os.ModeCharDevice != 0 {
		p.live, p.every = true, 200*time.Millisecond
	}
	return p
}

// Write takes the go command's output.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, text...)
	for {
		end := bytes.IndexByte(p.rest, '\n')
		if end < 0 {
			break
		}
		p.take(string(p.rest[:end]))
		p.rest = p.rest[end+1:]
	}
	if time.Since(p.shown) >= p.every {
		p.show()
	}
	return len(text), nil
}

func (p *progress) take(line string) {
	switch {
	case strings.HasPrefix(line, "go: downloading "):
		p.downloaded++
	case line != "" && !strings.ContainsAny(line, " :#\t"): // a package's path, from -v
		p.compiled++
	default:
		fmt.Fprintln(&p.other, line)
	}
}

func (p *progress) show() {
	p.shown = time.Now()
	text := fmt.Sprintf("%s: %d of %d packages", p.name, min(p.compiled, p.total), p.total)
	if p.total == 0 {
		text = fmt.Sprintf("%s: looking", p.name)
	}
	if p.downloaded > 0 {
		text += fmt.Sprintf(", %d modules downloaded", p.downloaded)
	}
	text += fmt.Sprintf(", %s", time.Since(p.started).Round(time.Second))
	if p.live {
		fmt.Fprintf(p.out, "\r\033[K  %s", text)
	} else {
		fmt.Fprintf(p.out, "  %s\n", text)
	}
}

// end closes the show with a last word; none leaves no line.
func (p *progress) end(word string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live {
		fmt.Fprint(p.out, "\r\033[K")
	}
	if word != "" {
		fmt.Fprintf(p.out, "  %s: %s\n", p.name, word)
	}
}

// complaint is what the go command said that was no progress.
func (p *progress) complaint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.TrimSpace(p.other.String() + string(p.rest))
}
