package main

import (
	"os"
	"path/filepath"
	"testing"
)

// runEvent is the event of a workflow run of a branch of the repository.
func runEvent(t *testing.T, repository string) string {
	t.Helper()
	dir := writeFiles(
		t,
		map[string]string{"event.json": `{"workflow_run": {"head_sha": "abc", "html_url": "https://github.com/o/r/actions/runs/1",
		"head_repository": {"full_name": "` + repository + `"}}}`},
	)
	return filepath.Join(dir, "event.json")
}

func pullAnswer(repository, sha, state string) map[string]any {
	return map[string]any{"number": 7, "state": state, "head": map[string]any{"sha": sha, "repo": map[string]any{"full_name": repository}}}
}

// planMarker is the first line of the text that is commented.
const planMarker = "<!-- modelferry: plan -->"

// plan writes what the workflow of the plan has left.
func plan(t *testing.T, number string) string {
	t.Helper()
	return writeFiles(t, map[string]string{"number": number, "body.md": planMarker + "\nthe plan\n"})
}

// comment runs the command for a plan and the event of a repository.
func (g *gitHub) comment(t *testing.T, repository, dir string) (string, error) {
	t.Helper()
	return g.run(runEvent(t, repository), "comment", "-number", filepath.Join(dir, "number"), "-body", filepath.Join(dir, "body.md"))
}

func TestComment_first(t *testing.T) {
	g := newGitHub(t, map[string]any{"GET /pulls/7": pullAnswer("fork/r", "abc", "open"), "GET /issues/7/comments": []comment{
		{ID: 1, Body: planMarker + "\nof somebody else", User: author{"mallory"}},
		{ID: 2, Body: "another one\n" + planMarker, User: author{botLogin}},
	}})
	out, err := g.comment(t, "fork/r", plan(t, "7\n"))
	if err != nil || g.lines() != "POST /issues/7/comments" {
		t.Fatalf("%v: %s", err, g.lines())
	}
	contains(t, out, "commenting on pull request 7")
	contains(t, g.changes[0].body["body"].(string), planMarker+"\nthe plan\n", "Commit abc, [run](https://github.com/o/r/actions/runs/1)")
}

func TestComment_renewed(t *testing.T) {
	g := newGitHub(t, map[string]any{"GET /pulls/7": pullAnswer("o/r", "abc", "open"), "GET /issues/7/comments": []comment{
		{ID: 3, Body: planMarker + "\nan old plan", User: author{botLogin}},
	}})
	_, err := g.comment(t, "o/r", plan(t, "7"))
	if err != nil || g.lines() != "PATCH /issues/comments/3" {
		t.Fatalf("%v: %s", err, g.lines())
	}
	contains(t, g.changes[0].body["body"].(string), "the plan")
}

// The number in the artifact is that of another pull request, to which the run does not belong.
func TestComment_refusesOtherPullRequest(t *testing.T) {
	for _, c := range []struct {
		name          string
		pull          map[string]any
		wantErr, want string
	}{
		{name: "of another repository", pull: pullAnswer("o/r", "abc", "open"), wantErr: "names pull request 7 of o/r, but its workflow ran for mallory/r"},
		{name: "of a deleted repository", pull: map[string]any{"state": "open", "head": map[string]any{"sha": "abc", "repo": nil}}, wantErr: "names pull request 7 of ,"},
		{name: "of another commit", pull: pullAnswer("mallory/r", "def", "open"), want: "another head than abc: no comment"},
		{name: "closed", pull: pullAnswer("mallory/r", "abc", "closed"), want: "is closed: no comment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGitHub(t, map[string]any{"GET /pulls/7": c.pull, "GET /issues/7/comments": []comment{}})
			out, err := g.comment(t, "mallory/r", plan(t, "7"))
			if c.wantErr != "" {
				expectError(t, err, c.wantErr)
			} else if err != nil {
				t.Fatal(err)
			}
			contains(t, out, c.want)
			if len(g.changes) != 0 {
				t.Fatalf("it wrote: %s", g.lines())
			}
		})
	}
}

func TestComment_needsMarker(t *testing.T) {
	dir := plan(t, "7")
	if err := os.WriteFile(filepath.Join(dir, "body.md"), []byte("the plan\n"+planMarker), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGitHub(t, map[string]any{"GET /pulls/7": pullAnswer("o/r", "abc", "open")})
	_, err := g.comment(t, "o/r", dir)
	expectError(t, err, "the first line must be a marker")
}

func TestReadNumber_untrusted(t *testing.T) {
	for name, number := range map[string]string{
		"a path": "7/../../issues/1", "a query": "7?x", "negative": "-7", "zero": "0", "empty": "", "too long": "12345678901", "two lines": "7\n8",
		"other digits": "٧",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readNumber(filepath.Join(plan(t, number), "number"))
			expectError(t, err, "invalid number of a pull request")
		})
	}
	t.Run("symbolic link", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "number")
		if err := os.Symlink(filepath.Join(plan(t, "7"), "number"), file); err != nil {
			t.Fatal(err)
		}
		_, err := readNumber(file)
		expectError(t, err, "number is not a regular file")
	})
	t.Run("nothing", func(t *testing.T) {
		_, err := readNumber(filepath.Join(t.TempDir(), "number"))
		expectError(t, err, "no such file")
	})
}

func TestReadRun_otherEvent(t *testing.T) {
	dir := writeFiles(t, map[string]string{"event.json": `{"pull_request": {"number": 7}}`})
	_, err := readRun(filepath.Join(dir, "event.json"))
	expectError(t, err, "is not the event of a workflow_run")
}
