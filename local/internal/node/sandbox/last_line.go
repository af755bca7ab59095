package sandbox

import (
	"os"
	"strings"
)

// lastLine is the last line of a log that is not empty, cut to a length that a person reads; empty when the
// log cannot be read. Go's panics put their reason first, so such a line wins.
func lastLine(path string) string {
	const longest = 300
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	last := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") {
			last = line
			break
		}
		if line != "" {
			last = line
		}
	}
	if len(last) > longest {
		last = last[:longest] + "…"
	}
	return last
}
