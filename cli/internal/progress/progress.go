// Package progress shows the progress of an upload: as a bar on a terminal, and as a line from time to time elsewhere,
// such as in the log of a pipeline.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"
)

const (
	// barInterval and lineInterval are the times between two outputs.
	barInterval  = 100 * time.Millisecond
	lineInterval = 10 * time.Second
	// rateWindow is the time over which the rate is averaged.
	rateWindow = 10 * time.Second
	barWidth   = 20
	// defaultColumns is the width if the terminal does not report one.
	defaultColumns = 80
)

// Upload shows the progress of one upload. It is safe for use by several goroutines.
type Upload struct {
	w          io.Writer
	isTerminal bool
	// columns is the width of the terminal. A longer line would wrap and could not be overwritten.
	columns int
	name    string
	size    int64

	mutex sync.Mutex
	// start is the beginning of the upload, and resumed the number of bytes that the store had then, or -1.
	start   time.Time
	resumed int64
	sent    int64
	shown   time.Time
	samples []sample
}

// sample is a number of sent bytes at a time.
type sample struct {
	at   time.Time
	sent int64
}

// New returns the progress of an upload of size bytes. isTerminal draws a bar on w, otherwise w gets lines.
func New(w io.Writer, isTerminal bool, name string, size int64) *Upload {
	now := time.Now()
	return &Upload{w: w, isTerminal: isTerminal, columns: columnsOf(w), name: name, size: size, start: now, shown: now, resumed: -1}
}

func columnsOf(w io.Writer) int {
	if file, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultColumns
}

// Set shows that sent bytes were sent. The first call has the number of bytes that the store had before.
func (u *Upload) Set(sent int64) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	now := time.Now()
	if u.resumed < 0 {
		u.resumed = sent
	}
	u.sent = sent
	u.addSample(now)
	interval := lineInterval
	if u.isTerminal {
		interval = barInterval
	}
	if now.Sub(u.shown) < interval {
		return
	}
	u.shown = now
	if u.isTerminal {
		fmt.Fprint(u.w, "\r\x1b[K"+u.bar(now))
		return
	}
	fmt.Fprintln(u.w, u.line(now))
}

// addSample keeps at most ten samples a second of the rate's window.
func (u *Upload) addSample(now time.Time) {
	if n := len(u.samples); n > 0 && now.Sub(u.samples[n-1].at) < barInterval {
		return
	}
	u.samples = append(u.samples, sample{now, u.sent})
	for len(u.samples) > 2 && now.Sub(u.samples[0].at) > rateWindow {
		u.samples = u.samples[1:]
	}
}

// Done ends the output. On a terminal the bar is removed. If all was sent, a line says so.
func (u *Upload) Done() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.isTerminal {
		fmt.Fprint(u.w, "\r\x1b[K")
	}
	if u.sent < u.size {
		return // the caller reports the error
	}
	elapsed := time.Since(u.start)
	text := fmt.Sprintf("%s: sent %s in %s", u.name, bytes(u.size-max(u.resumed, 0)), duration(elapsed))
	if u.resumed > 0 {
		text += fmt.Sprintf(", %s were there from an earlier run", bytes(u.resumed))
	}
	fmt.Fprintln(u.w, text)
}

func (u *Upload) bar(now time.Time) string {
	filled := barWidth
	if u.size > 0 {
		filled = int(barWidth * u.sent / u.size)
	}
	filled = max(0, min(filled, barWidth))
	text := fmt.Sprintf(" [%s%s] %s", strings.Repeat("=", filled), strings.Repeat(" ", barWidth-filled), u.state(now))
	return shorten(u.name, u.columns-1-len(text)) + text
}

// shorten returns the end of a name, which has the file, in at most n columns.
func shorten(name string, n int) string {
	runes := []rune(name)
	if len(runes) <= n {
		return name
	}
	return "…" + string(runes[len(runes)-max(n-1, 0):])
}

func (u *Upload) line(now time.Time) string { return u.name + ": " + u.state(now) }

// state returns a text such as "42% of 3.0 GB, 45 MB/s, 38s left".
func (u *Upload) state(now time.Time) string {
	percent := int64(100)
	if u.size > 0 {
		percent = 100 * u.sent / u.size
	}
	text := fmt.Sprintf("%d%% of %s", percent, bytes(u.size))
	rate := u.rate(now)
	if rate <= 0 {
		return text
	}
	left := time.Duration(float64(u.size-u.sent) / rate * float64(time.Second))
	return fmt.Sprintf("%s, %s/s, %s left", text, bytes(int64(rate)), duration(left))
}

// rate returns bytes per second, or 0 if it is not known yet.
func (u *Upload) rate(now time.Time) float64 {
	if len(u.samples) < 2 {
		return 0
	}
	first := u.samples[0]
	elapsed := now.Sub(first.at)
	if elapsed < barInterval {
		return 0
	}
	return float64(u.sent-first.sent) / elapsed.Seconds()
}

func bytes(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }

// duration formats a duration without unnecessary precision: 1m5s, 2h3m.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1s"
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}
