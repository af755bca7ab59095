package docs

import (
	"bytes"
	"encoding/json"
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

var progress = regexp.MustCompile(`(?m)^ +\d+\.\ds  (.+)$`)

// The output of make up in README.md has the messages and the table header of the local cloud's sources.
func TestReadme_outputOfUp(t *testing.T) {
	output := block(t, read(t, "README.md"), "up")
	formats := messages(t)
	header := ""
	for _, format := range formats {
		if strings.HasPrefix(format, `SERVICE\t`) {
			header = format
		}
	}
	lines := progress.FindAllStringSubmatch(output, -1)
	require.NotEmpty(t, lines)
	for _, line := range lines {
		require.True(t, printed(formats, line[1]), "no message of the sources prints %q", line[1])
	}
	require.NotEmpty(t, header, "no source prints the header of the table")
	require.Regexp(t, "(?m)^"+strings.ReplaceAll(header, `\t`, " +")+"$", output)
}

// The request in README.md is the one that make status prints for bankchurn.
func TestReadme_request(t *testing.T) {
	var body bytes.Buffer
	require.NoError(t, json.Compact(&body, []byte(read(t, "examples/bankchurn/request.json"))))
	require.Contains(t, read(t, "README.md"), "/predict -H 'content-type: application/json' -d '"+body.String()+"'\n")
}
