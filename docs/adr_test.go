package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	recordName   = regexp.MustCompile(`^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$`)
	recordDate   = regexp.MustCompile(`(?m)^- Date: (\d{4}-\d{2}-\d{2})$`)
	recordStatus = regexp.MustCompile(`(?m)^- Status: (Proposed|Accepted|Rejected|Superseded by \d{4})$`)
)

// Records are numbered from 0001 without gaps, have all parts, and are in the table of README.md with title, date and
// status.
func TestDecisionRecords(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "docs/adr"))
	require.NoError(t, err)
	index := read(t, "docs/adr/README.md")
	count := 0
	for _, entry := range entries {
		name := entry.Name()
		if name == "README.md" {
			continue
		}
		count++
		t.Run(name, func(t *testing.T) {
			match := recordName.FindStringSubmatch(name)
			require.NotNil(t, match, "the name has to be NNNN-short-title.md")
			require.Equal(t, fmt.Sprintf("%04d", count), match[1], "numbers have no gaps")
			text := read(t, "docs/adr/"+name)
			titles := headings(text)
			require.NotEmpty(t, titles)
			title, ok := strings.CutPrefix(titles[0], match[1]+": ")
			require.True(t, ok, "the title has to begin with the number")
			require.Equal(t, []string{"Context", "Decision", "Consequences", "Alternatives"}, titles[1:])
			date, status := recordDate.FindStringSubmatch(text), recordStatus.FindStringSubmatch(text)
			require.NotNil(t, date, "the record has to have a line - Date: YYYY-MM-DD")
			require.NotNil(t, status, "the record has to have a line - Status: …")
			require.Contains(t, index, fmt.Sprintf("| [%s](%s) | %s | %s | %s |\n", match[1], name, title, date[1], status[1]))
		})
	}
	require.NotZero(t, count)
}
