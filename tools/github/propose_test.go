package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release writes a stack file and the text of a pull request, changes to their folder, and returns the command.
func release(t *testing.T, change map[int]string) []string {
	t.Helper()
	t.Chdir(writeFiles(t, map[string]string{"Pulumi.gke.yaml": "config: {}\n", "body.md": "the diff", "main.go": "package main"}))
	args := []string{
		"propose",
		"-branch",
		"release/bankchurn-78d028aa028b",
		"-title",
		"Release bankchurn 78d028aa028b",
		"-body",
		"body.md",
		"Pulumi.gke.yaml",
	}
	for i, value := range change {
		args[i] = value
	}
	return args
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
	args := release(t, nil)
	g := newGitHub(t, proposeAnswers())
	out, err := g.run("", args...)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "pull request 12")
	want := "POST /git/trees, POST /git/commits, POST /git/refs, POST /pulls, " +
		"POST /actions/workflows/pull-request.yml/dispatches, POST /actions/workflows/plan.yml/dispatches"
	if g.lines() != want {
		t.Fatalf("got  %s\nwant %s", g.lines(), want)
	}
	tree := g.changes[0].body["tree"].([]any)[0].(map[string]any)
	if tree["path"] != "Pulumi.gke.yaml" || tree["content"] != "config: {}\n" || g.changes[0].body["base_tree"] != "t0" {
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
	args := release(t, nil)
	answers := proposeAnswers(pullRequest{Number: 11})
	answers["POST /git/refs"] = map[string]string{"message": "Reference already exists"}
	g := newGitHub(t, answers)
	g.statuses["POST /git/refs"] = http.StatusUnprocessableEntity
	if _, err := g.run("", args...); err != nil {
		t.Fatal(err)
	}
	contains(t, g.lines(), "POST /git/refs, PATCH /git/refs/heads/release/bankchurn-78d028aa028b, PATCH /pulls/11, ")
	contains(t, strings.Join(g.queries, " "), "head=o%3Arelease%2Fbankchurn-78d028aa028b")
}

func TestPropose_nothingChanged(t *testing.T) {
	args := release(t, nil)
	answers := proposeAnswers()
	answers["POST /git/trees"] = object{"t0"}
	g := newGitHub(t, answers)
	_, err := g.run("", args...)
	expectError(t, err, "nothing to propose: Pulumi.gke.yaml are as in commit aaaa")
	if g.lines() != "POST /git/trees" {
		t.Fatal(g.lines())
	}
}

func TestPropose_refused(t *testing.T) {
	for name, c := range map[string]struct {
		change map[int]string
		want   string
	}{
		"branch main":       {map[int]string{2: "main"}, `invalid branch "main"`},
		"branch with path":  {map[int]string{2: "release/../main"}, "invalid branch"},
		"title of lines":    {map[int]string{4: "a\nb"}, "must be one line"},
		"program":           {map[int]string{7: "main.go"}, `invalid file "main.go": a release changes only stack files`},
		"workflow":          {map[int]string{7: ".github/workflows/deploy.yml"}, "invalid file"},
		"file that is gone": {map[int]string{7: "Pulumi.eks.yaml"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			args := release(t, c.change)
			g := newGitHub(t, proposeAnswers())
			_, err := g.run("", args...)
			expectError(t, err, c.want)
			if len(g.changes) != 0 {
				t.Fatal(g.lines())
			}
		})
	}
	t.Run("symbolic link", func(t *testing.T) {
		args := release(t, nil)
		if err := os.Remove("Pulumi.gke.yaml"); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(t.TempDir(), "x"), "Pulumi.gke.yaml"); err != nil {
			t.Fatal(err)
		}
		_, err := newGitHub(t, proposeAnswers()).run("", args...)
		expectError(t, err, "not a regular file")
	})
}
