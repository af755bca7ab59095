package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxReadme is the size that README.md may have, in bytes. Details belong to the other documents.
const maxReadme = 8192

func TestReadme_size(t *testing.T) {
	require.LessOrEqual(t, len(read(t, "README.md")), maxReadme)
}

// block returns what is between the markers of a block. Both occur once.
func block(t *testing.T, text, name string) string {
	t.Helper()
	begin, end := "<!-- "+name+":begin -->", "<!-- "+name+":end -->"
	require.Equal(t, 1, strings.Count(text, begin), begin)
	require.Equal(t, 1, strings.Count(text, end), end)
	_, rest, _ := strings.Cut(text, begin)
	content, _, ok := strings.Cut(rest, end)
	require.True(t, ok, "%s has to come before %s", begin, end)
	return content
}

var (
	// verb is a formatting verb of a message, or a value in what is printed.
	verb     = regexp.MustCompile(`%[sdvq]`)
	literal  = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)
	progress = regexp.MustCompile(`(?m)^ +\d+\.\ds  (.+)$`)
)

// printed reports whether one of the format strings can have printed the line.
func printed(formats []*regexp.Regexp, line string) bool {
	for _, format := range formats {
		if format.MatchString(line) {
			return true
		}
	}
	return false
}

// The output of make up in README.md has the messages and the table header of the local cloud's sources.
func TestReadme_outputOfUp(t *testing.T) {
	output := block(t, read(t, "README.md"), "up")
	var formats []*regexp.Regexp
	header := ""
	for _, file := range repositoryFiles(t, ".go") {
		if !strings.HasPrefix(file, "local/") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, text := range literal.FindAllString(read(t, file), -1) {
			text = strings.Trim(text, `"`)
			if strings.HasPrefix(text, `SERVICE\t`) {
				header = text
			}
			// A message of one word and a value, such as "building %s", would match too many lines.
			if len(strings.Fields(verb.ReplaceAllString(text, ""))) > 1 {
				pattern := verb.ReplaceAllString(regexp.QuoteMeta(text), ".+")
				formats = append(formats, regexp.MustCompile("^"+pattern+"$"))
			}
		}
	}
	lines := progress.FindAllStringSubmatch(output, -1)
	require.NotEmpty(t, lines)
	for _, line := range lines {
		require.True(t, printed(formats, line[1]), "no message of the local cloud prints %q", line[1])
	}
	require.NotEmpty(t, header, "no source prints the header of the table")
	require.Regexp(t, "(?m)^"+strings.ReplaceAll(header, `\t`, " +")+"$", output)
}
