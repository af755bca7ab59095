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

// progress counts the packages and downloads in the output of the go command and prints them: in place on a terminal,
// otherwise one line every interval.
type progress struct {
	name     string
	total    int
	out      io.Writer
	terminal bool
	interval time.Duration
	started  time.Time

	mu          sync.Mutex
	lastPrinted time.Time
	compiled    int
	downloaded  int
	partialLine []byte
	diagnostics bytes.Buffer
}

func newProgress(name string, total int, out *os.File) *progress {
	p := &progress{name: name, total: total, out: out, interval: 10 * time.Second, started: time.Now(), lastPrinted: time.Now()}
	if stat, err := out.Stat(); err == nil && stat.Mode()&os.ModeCharDevice != 0 {
		p.terminal, p.interval = true, 200*time.Millisecond
	}
	return p
}

// Write parses the output of the go command.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partialLine = append(p.partialLine, text...)
	for {
		end := bytes.IndexByte(p.partialLine, '\n')
		if end < 0 {
			break
		}
		p.parseLine(string(p.partialLine[:end]))
		p.partialLine = p.partialLine[end+1:]
	}
	if time.Since(p.lastPrinted) >= p.interval {
		p.print()
	}
	return len(text), nil
}

func (p *progress) parseLine(line string) {
	switch {
	case strings.HasPrefix(line, "go: downloading "):
		p.downloaded++
	case line != "" && !strings.ContainsAny(line, " :#\t"): // a package's path, from -v
		p.compiled++
	default:
		fmt.Fprintln(&p.diagnostics, line)
	}
}

func (p *progress) print() {
	p.lastPrinted = time.Now()
	text := fmt.Sprintf("%s: %d of %d packages", p.name, min(p.compiled, p.total), p.total)
	if p.total == 0 {
		text = fmt.Sprintf("%s: resolving packages", p.name)
	}
	if p.downloaded > 0 {
		text += fmt.Sprintf(", %d modules downloaded", p.downloaded)
	}
	text += fmt.Sprintf(", %s", time.Since(p.started).Round(time.Second))
	if p.terminal {
		fmt.Fprintf(p.out, "\r\033[K  %s", text)
	} else {
		fmt.Fprintf(p.out, "  %s\n", text)
	}
}

// finish replaces the progress line by a status. An empty status only removes the line.
func (p *progress) finish(status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal {
		fmt.Fprint(p.out, "\r\033[K")
	}
	if status != "" {
		fmt.Fprintf(p.out, "  %s: %s\n", p.name, status)
	}
}

// errorOutput returns the lines of the go command that are not progress.
func (p *progress) errorOutput() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.TrimSpace(p.diagnostics.String() + string(p.partialLine))
}
