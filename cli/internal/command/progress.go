package command

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

const (
	progressInterval = 100 * time.Millisecond
	progressWidth    = 30
)

// newProgress returns a function that shows an upload on a terminal as a bar that is drawn again, elsewhere in one line
// at its end.
func newProgress(out io.Writer) func(name string, size int64) (sent func(bytes int64), done func()) {
	inPlace := isTerminal(out)
	return func(name string, size int64) (sent func(bytes int64), done func()) {
		started, drawn, last := time.Now(), time.Time{}, int64(0)
		draw := func() { fmt.Fprintf(out, "\r%s\x1b[K", progressLine(name, last, size, time.Since(started))) }
		sent = func(bytes int64) {
			last = bytes
			if inPlace && time.Since(drawn) >= progressInterval {
				drawn = time.Now()
				draw()
			}
		}
		done = func() {
			if inPlace {
				draw()
				fmt.Fprintln(out)
				return
			}
			fmt.Fprintf(out, "%s: sent %s of %s in %.1f s\n",
				name, humanize.Bytes(uint64(last)), humanize.Bytes(uint64(size)), time.Since(started).Seconds())
		}
		return sent, done
	}
}

// progressLine returns the bar of an upload with its speed and the time that is left.
func progressLine(name string, sent, size int64, elapsed time.Duration) string {
	share := 1.0
	if size > 0 {
		share = min(float64(sent)/float64(size), 1)
	}
	full := int(share * progressWidth)
	line := fmt.Sprintf("%s [%s%s] %3.0f%% %s", name, strings.Repeat("=", full), strings.Repeat(" ", progressWidth-full),
		share*100, humanize.Bytes(uint64(max(sent, 0))))
	if seconds := elapsed.Seconds(); seconds > 1 && sent > 0 {
		rate := float64(sent) / seconds
		line += fmt.Sprintf(" %s/s", humanize.Bytes(uint64(rate)))
		if left := float64(size-sent) / rate; left >= 1 {
			line += fmt.Sprintf(", %.0f s left", left)
		}
	}
	return line
}
