// Package docs tests that the documents agree with the repository.
package docs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root of the repository, relative to this package.
const root = ".."

// repositoryFiles returns the paths of all files with the extension, relative to root.
func repositoryFiles(t *testing.T, extension string) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".local" || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(file, extension) {
			relative, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(relative))
		}
		return nil
	}))
	require.NotEmpty(t, files, extension)
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	return string(content)
}

// documents returns the text of all Markdown files by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, file := range repositoryFiles(t, ".md") {
		texts[file] = read(t, file)
	}
	return texts
}

// Code is a fenced block, a block that is indented by four spaces, or a span between backticks.
var (
	fence = regexp.MustCompile("(?ms)^ *```[a-z]*\n(.*?)^ *```$")
	code  = regexp.MustCompile("`[^`\n]+`|(?m)^ {4,}.*$")
)

// snippets returns the code of a document: block by block, then spans.
func snippets(text string) []string {
	var found []string
	for _, match := range fence.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return append(found, code.FindAllString(fence.ReplaceAllString(text, ""), -1)...)
}

func TestSnippets(t *testing.T) {
	text := "a `make up`\n\n```sh\nmake down\n```\n\n1. b:\n\n   ```sh\n   make test\n   ```\n\n    make lint\n"
	require.Equal(t, []string{"make down\n", "   make test\n", "`make up`", "    make lint"}, snippets(text))
}

var (
	span = regexp.MustCompile("`([^`\n]+)`")
	// pathLike has a slash that is neither first nor part of a URL or an expression.
	pathLike = regexp.MustCompile(`^\.?[A-Za-z0-9_*][A-Za-z0-9_.*-]*(/[A-Za-z0-9_.*-]*)+$`)
)

// exists reports whether a path of the repository, which may be a pattern, matches a file.
func exists(t *testing.T, name string) bool {
	t.Helper()
	matches, err := filepath.Glob(filepath.Join(root, name))
	require.NoError(t, err)
	return len(matches) > 0
}

// Every path in architecture.md exists. In the other documents a span is taken for a path of the repository if its
// first element is in the repository: `stack/testdata` is, `prometheus.io/scrape` is not.
func TestDocuments_pathsExist(t *testing.T) {
	for file, text := range documents(t) {
		for _, match := range span.FindAllStringSubmatch(text, -1) {
			name := strings.ReplaceAll(match[1], "NEW", "*") // a placeholder in adding-a-cloud.md
			if !pathLike.MatchString(name) {
				continue
			}
			first, _, _ := strings.Cut(name, "/")
			if file != "docs/architecture.md" && (strings.HasPrefix(name, ".local") || !exists(t, first)) {
				continue
			}
			require.True(t, exists(t, name) || exists(t, path.Join(path.Dir(file), name)), "%s: `%s` does not exist", file, name)
		}
	}
}

// quotedHeading is how messages and comments refer to a section: docs/operations.md, "Large artifacts".
var quotedHeading = regexp.MustCompile(`((?:docs/)?[A-Za-z0-9$%()_-]+\.md), \\?"([^"\\]+)\\?"`)

func TestSources_quotedHeadingsExist(t *testing.T) {
	texts := documents(t)
	sources := append(repositoryFiles(t, ".go"), repositoryFiles(t, ".yaml")...)
	found := 0
	for _, file := range append(sources, "Makefile", ".golangci.yml") {
		if file == "docs/docs_test.go" {
			continue // the comment above
		}
		for _, match := range quotedHeading.FindAllStringSubmatch(read(t, file), -1) {
			for _, stack := range []string{"gke", "eks"} {
				document := strings.NewReplacer("$(STACK)", stack, "%s", stack).Replace(match[1])
				text, ok := texts[document]
				require.True(t, ok, "%s refers to %s, which does not exist", file, document)
				require.Contains(t, headings(text), match[2], "%s refers to %s", file, document)
			}
			found++
		}
	}
	require.NotZero(t, found)
}

var (
	runFlag      = regexp.MustCompile(`(?:-run '?|RUN=)(Test[A-Za-z0-9_]*)`)
	testFunction = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
)

// The -run patterns in the documents, and RUN= of make test, match tests, so that no documented command runs nothing.
func TestDocuments_runPatternsMatch(t *testing.T) {
	var tests []string
	for _, file := range repositoryFiles(t, "_test.go") {
		for _, match := range testFunction.FindAllStringSubmatch(read(t, file), -1) {
			tests = append(tests, match[1])
		}
	}
	names := strings.Join(tests, "\n")
	for file, text := range documents(t) {
		for _, snippet := range snippets(text) {
			for _, match := range runFlag.FindAllStringSubmatch(snippet, -1) {
				require.Contains(t, names, match[1], "%s: -run %s runs no test", file, match[1])
			}
		}
	}
}
