package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// maxComment is the greatest width of a comment line, in characters.
const maxComment = 120

// wideComments returns the comment lines of a file that are wider than maxComment, as FILE:LINE: TEXT.
// A line that is a single word, such as a URL, cannot be broken, and a directive must not be. A comment behind code is
// limited by the width of code lines, which golangci-lint checks.
func wideComments(t *testing.T, file string) []string {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, filepath.Join(root, file), nil, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	lines := strings.Split(read(t, file), "\n")
	var wide []string
	for _, group := range parsed.Comments {
		if strings.HasPrefix(group.Text(), "Output:") {
			continue // what an example prints
		}
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:") || strings.HasPrefix(comment.Text, "//nolint") {
				continue
			}
			first := files.Position(comment.Pos())
			for i, text := range strings.Split(comment.Text, "\n") {
				line := lines[first.Line-1+i]
				if strings.TrimSpace(lines[first.Line-1][:first.Column-1]) != "" {
					break // behind code
				}
				if utf8.RuneCountInString(line) > maxComment && len(strings.Fields(strings.Trim(text, "/* "))) > 1 {
					wide = append(wide, fmt.Sprintf("%s:%d: %s", file, first.Line+i, strings.TrimSpace(text)))
				}
			}
		}
	}
	return wide
}

func TestSources_commentWidth(t *testing.T) {
	var wide []string
	for _, file := range repositoryFiles(t, ".go") {
		wide = append(wide, wideComments(t, file)...)
	}
	require.Empty(t, strings.Join(wide, "\n"), "comments have at most %d columns", maxComment)
}
