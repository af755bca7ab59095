package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading     = regexp.MustCompile(`(?m)^#+ (.+)$`)
	linkText    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	punctuation = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// links returns the targets of a document's links that are outside of code.
func links(text string) []string {
	var targets []string
	for _, match := range link.FindAllStringSubmatch(span.ReplaceAllString(fence.ReplaceAllString(text, ""), ""), -1) {
		targets = append(targets, match[1])
	}
	return targets
}

// headings returns the text of the headings of a document.
func headings(text string) []string {
	var found []string
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		found = append(found, match[1])
	}
	return found
}

// anchors returns the anchors that GitHub gives to the headings of a document.
func anchors(text string) []string {
	var found []string
	count := map[string]int{}
	for _, title := range headings(text) {
		title = linkText.ReplaceAllString(title, "$1")
		anchor := strings.ReplaceAll(punctuation.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
		count[anchor]++
		if n := count[anchor]; n > 1 {
			anchor += "-" + strconv.Itoa(n-1)
		}
		found = append(found, anchor)
	}
	return found
}

func TestAnchors(t *testing.T) {
	text := "# Exposing services (Ingress)\n\n```sh\n# no heading\n```\n\n## A `code`, [link](x.md)\n\n## Same\n\n### Same\n"
	require.Equal(t, []string{"exposing-services-ingress", "a-code-link", "same", "same-1"}, anchors(text))
}

func TestDocuments_linksResolve(t *testing.T) {
	texts := documents(t)
	for file, text := range texts {
		for _, target := range links(text) {
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			name, anchor, _ := strings.Cut(target, "#")
			to := file
			if name != "" {
				to = path.Join(path.Dir(file), name)
				_, err := os.Stat(filepath.Join(root, to))
				require.NoError(t, err, "%s links to %s", file, target)
			}
			if anchor != "" {
				require.Contains(t, anchors(texts[to]), anchor, "%s links to %s", file, target)
			}
		}
	}
}

// reachable returns the documents that links lead to from a document, itself included.
func reachable(texts map[string]string, from string, seen []string) []string {
	if _, ok := texts[from]; !ok || slices.Contains(seen, from) {
		return seen
	}
	seen = append(seen, from)
	for _, target := range links(texts[from]) {
		name, _, _ := strings.Cut(target, "#")
		seen = reachable(texts, path.Join(path.Dir(from), name), seen)
	}
	return seen
}

func TestDocuments_reachableFromReadme(t *testing.T) {
	texts := documents(t)
	found := reachable(texts, "README.md", nil)
	for file := range texts {
		if strings.HasPrefix(file, "docs/") {
			require.Contains(t, found, file, "no chain of links leads from README.md to it")
		}
	}
	for file, text := range texts {
		if path.Dir(file) != "docs" {
			continue
		}
		require.True(t, slices.Contains(links(texts["README.md"]), file), "README.md does not link to %s", file)
		require.NotEmpty(t, text, file)
	}
}
