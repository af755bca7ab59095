package sandbox

import (
	"os"
	"strings"
)

// lastLine returns the last non-empty line of a log, truncated to 300 bytes, or "" if the log cannot be read. If the
// process panicked, it returns the line with the reason of the panic.
func lastLine(path string) string {
	const maxLength = 300
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
	if len(last) > maxLength {
		last = last[:maxLength] + "…"
	}
	return last
}
