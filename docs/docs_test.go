// Package docs tests that the documents name what exists.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documents are read with paths relative to the repository's folder.
func documents(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := map[string]string{}
	for _, name := range append(names, "../README.md") {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		all[strings.TrimPrefix(name, "../")] = string(content)
	}
	return all
}

var target = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*## `)

func targets(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	var names []string
	for _, match := range target.FindAllStringSubmatch(string(content), -1) {
		names = append(names, match[1])
	}
	require.NotEmpty(t, names)
	return names
}

// Code is between backticks, or indented by four blanks; a make command in it
// may have options before the target.
var (
	code    = regexp.MustCompile("`[^`\n]+`|(?m)^ {4,}.*$")
	command = regexp.MustCompile(`\bmake((?: -\S+)*) ([a-z0-9-]+)`)
)

// makes returns the targets that a text's code calls.
func makes(text string) []string {
	var names []string
	for _, piece := range code.FindAllString(text, -1) {
		for _, match := range command.FindAllStringSubmatch(piece, -1) {
			names = append(names, match[2])
		}
	}
	return names
}

func TestEveryMakeCommandIsATarget(t *testing.T) {
	known := targets(t)
	for name, text := range documents(t) {
		for _, called := range makes(text) {
			require.Contains(t, known, called, "%s: make %s", name, called)
		}
	}
}

func TestReadmeNamesEveryTarget(t *testing.T) {
	named := makes(documents(t)["README.md"])
	for _, name := range targets(t) {
		require.Contains(t, named, name, "README.md says nothing of make %s", name)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	all := documents(t)
	for name, text := range all {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			path, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			to := name
			if path != "" {
				to = filepath.Join(filepath.Dir(name), path)
				_, err := os.Stat(filepath.Join("..", to))
				require.NoError(t, err, "%s: link to %s", name, match[1])
			}
			if anchor != "" {
				require.Contains(t, anchors(all[to]), anchor, "%s: link to %s", name, match[1])
			}
		}
	}
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.+)$`)
	punctuation = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the headings as GitHub links to them.
func anchors(text string) []string {
	var all []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		plain := punctuation.ReplaceAllString(strings.ToLower(match[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

// The blocks that a program fills in have to be there, once, in order.
func TestReadmeHasItsBlocks(t *testing.T) {
	text := documents(t)["README.md"]
	for _, block := range []string{"up", "config"} {
		begin, end := "<!-- "+block+":begin -->", "<!-- "+block+":end -->"
		require.Equal(t, 1, strings.Count(text, begin), begin)
		require.Equal(t, 1, strings.Count(text, end), end)
		require.Less(t, strings.Index(text, begin), strings.Index(text, end), block)
	}
}

func TestEveryDocumentIsReachedFromTheReadme(t *testing.T) {
	all := documents(t)
	var linked []string
	for _, match := range link.FindAllStringSubmatch(all["README.md"], -1) {
		path, _, _ := strings.Cut(match[1], "#")
		linked = append(linked, path)
	}
	for name := range all {
		require.True(t, name == "README.md" || slices.Contains(linked, name), "README.md links to %s nowhere", name)
	}
}
