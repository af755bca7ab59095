package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const maxFilesOfACloud = 16

var (
	cloudTableRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
	shellBlock    = regexp.MustCompile("(?s)```sh\n(.*?)```")
)

func TestAddingACloud_table(t *testing.T) {
	page, err := os.ReadFile("adding-a-cloud.md")
	require.NoError(t, err)
	var documented []string
	for _, row := range cloudTableRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(documented)
	block := shellBlock.FindStringSubmatch(string(page))
	require.NotNil(t, block, "the page has no command")

	command := exec.Command("sh", "-c", block[1])
	command.Dir = root
	output, err := command.Output()
	require.NoError(t, err)
	var found []string
	for file := range strings.FieldsSeq(string(output)) {
		found = append(found, strings.ReplaceAll(strings.TrimPrefix(filepath.ToSlash(file), "./"), "eks", "NEW"))
	}
	slices.Sort(found)
	require.Equal(t, found, documented)
	require.LessOrEqual(t, len(found), maxFilesOfACloud)
	require.Contains(t, string(page), "These are 16 files.")
}
