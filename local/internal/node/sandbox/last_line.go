package sandbox

import (
	"os"
	"strings"
)

// lastLine returns the last non-empty line of a log, cut to a readable length, or "" if the log cannot be
// read. A line that starts a Go panic is preferred, because it has the reason.
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
