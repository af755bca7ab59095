package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	verb    = regexp.MustCompile(`%(?:\[\d+\])?[-+#.0-9]*[a-z]`)
	symptom = regexp.MustCompile("(?m)^\\| `([^`]+)`")
	literal = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)
)

// messages returns the string literals of the sources, tests excluded.
func messages(t *testing.T) []string {
	t.Helper()
	var formats []string
	for _, file := range repositoryFiles(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, text := range literal.FindAllString(read(t, file), -1) {
			formats = append(formats, text[1:len(text)-1])
		}
	}
	return formats
}

// printed reports whether one of the format strings can have printed the line, or a line that begins with it and goes
// on in a value. Formats of a single word, such as "building %s", would match too many lines and do not count.
func printed(formats []string, line string) bool {
	for _, format := range formats {
		parts := verb.Split(format, -1)
		pattern := "^"
		for i, part := range parts {
			pattern += regexp.QuoteMeta(part)
			if len(strings.Fields(strings.Join(parts[:i+1], " "))) < 2 {
				pattern += ".+"
				continue
			}
			if regexp.MustCompile(pattern + `\S*$`).MatchString(line) {
				return true
			}
			pattern += ".+"
		}
	}
	return false
}

func TestPrinted(t *testing.T) {
	formats := []string{"node %s ended: %s", "building %s", "%d faults in %s"}
	require.True(t, printed(formats, "node gke ended: x"))
	require.False(t, printed(formats, "node gke stopped: x"))
	require.False(t, printed(formats, "building images"))
	require.True(t, printed(formats, "3 faults in x"))
}

// The messages in the table of symptoms are those of the sources. A message of another program has that program's name
// in front.
func TestTroubleshooting_messagesExist(t *testing.T) {
	formats := messages(t)
	found := symptom.FindAllStringSubmatch(read(t, "docs/troubleshooting.md"), -1)
	require.NotEmpty(t, found)
	for _, match := range found {
		require.True(t, printed(formats, strings.ReplaceAll(match[1], "…", "x")), "no message of the sources prints %q", match[1])
	}
}
