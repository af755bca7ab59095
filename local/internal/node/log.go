package node

import (
	"io"
	"os"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

func logSize(layout paths.Layout) int64 {
	info, err := os.Stat(layout.Log("node"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// readLog returns the complete lines of node.log from an offset in bytes, and the offset after them. It returns no
// lines if the log cannot be read, because they are used for progress only.
func readLog(layout paths.Layout, from int64) (lines []string, next int64) {
	file, err := os.Open(layout.Log("node"))
	if err != nil {
		return nil, from
	}
	defer file.Close()
	content, err := io.ReadAll(io.NewSectionReader(file, from, 1<<20))
	if err != nil {
		return nil, from
	}
	for line := range strings.Lines(string(content)) {
		if !strings.HasSuffix(line, "\n") {
			break
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
		from += int64(len(line))
	}
	return lines, from
}
