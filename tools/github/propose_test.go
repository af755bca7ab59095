package main

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release writes what make release leaves, with changes of it, and returns the folder.
func release(t *testing.T, change map[string]string) string {
	t.Helper()
	files := map[string]string{
		"branch": "release/bankchurn-78d028aa028b\n", "title": "Release bankchurn 78d028aa028b\n", "body.md": "the diff\n",
		"Pulumi.gke.yaml": "config: {}\n", "main.go": "package main", "Pulumi.yaml": "name: x",
	}
	maps.Copy(files, change)
	return writeFiles(t, files)
}

func proposeAnswers(open ...pullRequest) map[string]any {
	return map[string]any{
		"GET ": map[string]string{
			"default_branch": "main",
		},
		"GET /git/commits/" + strings.Repeat("a", 40): map[string]any{"tree": object{"t0"}},
		"POST /git/trees":   object{"t1"},
		"POST /git/commits": object{"c1"},
		"GET /pulls":        open,
		"POST /pulls":       map[string]int{"number": 12},
	}
}

func TestPropose_new(t *testing.T) {
	dir := release(t, nil)
	g := newGitHub(t, proposeAnswers())
	out, err := g.run("", "propose", "-dir", dir)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "pull request 12")
	want := "POST /git/trees, POST /git/commits, POST /git/refs, POST /pulls, " +
		"POST /actions/workflows/pull-request.yml/dispatches, POST /actions/workflows/plan.yml/dispatches"
	if g.lines() != want {
		t.Fatalf("got  %s\nwant %s", g.lines(), want)
	}
	entries := g.changes[0].body["tree"].([]any)
	tree := entries[0].(map[string]any)
	if len(entries) != 1 || tree["path"] != "Pulumi.gke.yaml" || tree["content"] != "config: {}\n" ||
		g.changes[0].body["base_tree"] != "t0" {
		t.Fatalf("%v", g.changes[0])
	}
	if g.changes[1].body["author"] != nil || g.changes[1].body["tree"] != "t1" {
		t.Fatalf("%v", g.changes[1])
	}
	if g.changes[3].body["base"] != "main" || g.changes[3].body["body"] != "the diff" {
		t.Fatalf("%v", g.changes[3])
	}
	if inputs := g.changes[5].body["inputs"].(map[string]any); inputs["number"] != "12" {
		t.Fatalf("%v", g.changes[5])
	}
}

func TestPropose_again(t *testing.T) {
	dir := release(t, nil)
	answers := proposeAnswers(pullRequest{Number: 11})
	answers["POST /git/refs"] = map[string]string{"message": "Reference already exists"}
	g := newGitHub(t, answers)
	g.statuses["POST /git/refs"] = http.StatusUnprocessableEntity
	if _, err := g.run("", "propose", "-dir", dir); err != nil {
		t.Fatal(err)
	}
	contains(t, g.lines(), "POST /git/refs, PATCH /git/refs/heads/release/bankchurn-78d028aa028b, PATCH /pulls/11, ")
	contains(t, strings.Join(g.queries, " "), "head=o%3Arelease%2Fbankchurn-78d028aa028b")
}

func TestPropose_nothingChanged(t *testing.T) {
	dir := release(t, nil)
	answers := proposeAnswers()
	answers["POST /git/trees"] = object{"t0"}
	g := newGitHub(t, answers)
	_, err := g.run("", "propose", "-dir", dir)
	expectError(t, err, "nothing to propose: Pulumi.gke.yaml are as in commit aaaa")
	if g.lines() != "POST /git/trees" {
		t.Fatal(g.lines())
	}
}

func TestPropose_refused(t *testing.T) {
	for name, c := range map[string]struct{ file, content, want string }{
		"branch main":      {"branch", "main", `invalid branch "main"`},
		"branch with path": {"branch", "release/../main", "invalid branch"},
		"title of lines":   {"title", "a\nb", "must be one line"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := release(t, map[string]string{c.file: c.content})
			g := newGitHub(t, proposeAnswers())
			_, err := g.run("", "propose", "-dir", dir)
			expectError(t, err, c.want)
			if len(g.changes) != 0 {
				t.Fatal(g.lines())
			}
		})
	}
	file := filepath.Join(release(t, nil), "Pulumi.gke.yaml")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	g := newGitHub(t, proposeAnswers())
	_, err := g.run("", "propose", "-dir", filepath.Dir(file))
	expectError(t, err, "no stack file to propose")
	if err := os.Symlink("main.go", file); err != nil {
		t.Fatal(err)
	}
	_, err = g.run("", "propose", "-dir", filepath.Dir(file))
	expectError(t, err, "not a regular file")
}
