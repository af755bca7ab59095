package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// request is one that the fake GitHub received and that changes something.
type request struct {
	line string
	body map[string]any
}

// gitHub is a fake of GitHub's API: it answers GET requests from a table and records the others.
type gitHub struct {
	t *testing.T
	// answers maps a method and a path below repos/o/r, such as "GET /pulls/7", to the answer. A path without a query
	// matches every page and filter.
	answers map[string]any
	// statuses has the status of answers that are not 200.
	statuses map[string]int
	changes  []request
	queries  []string
	url      string
}

func newGitHub(t *testing.T, answers map[string]any) *gitHub {
	t.Helper()
	g := &gitHub{t: t, answers: answers, statuses: map[string]int{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/repos/o/r")
	if !ok || r.Header.Get("Authorization") != "Bearer token" {
		g.t.Errorf("unexpected request: %s %s", r.Method, r.URL)
	}
	key := r.Method + " " + path
	if r.Method != http.MethodGet {
		text, err := io.ReadAll(r.Body)
		var body map[string]any
		if err != nil || json.Unmarshal(text, &body) != nil {
			g.t.Errorf("%s: body is not an object: %s", key, text)
		}
		g.changes = append(g.changes, request{key, body})
	} else if r.URL.RawQuery != "" {
		g.queries = append(g.queries, r.URL.RawQuery)
	}
	if page := r.URL.Query().Get("page"); page != "" && page != "1" {
		key += "?page=" + page
	}
	answer, ok := g.answers[key]
	if r.Method == http.MethodGet && !ok {
		w.WriteHeader(http.StatusNotFound)
		answer = map[string]string{"message": "Not Found"}
	}
	if status := g.statuses[key]; status != 0 {
		w.WriteHeader(status)
	}
	if answer == nil {
		answer = map[string]any{}
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		g.t.Error(err)
	}
}

// run runs a command of the program in a job of the repository o/r and returns its output.
func (g *gitHub) run(event string, args ...string) (string, error) {
	env := map[string]string{
		"GITHUB_API_URL": g.url, "GITHUB_TOKEN": "token", "GITHUB_REPOSITORY": "o/r", "GITHUB_EVENT_PATH": event,
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "5", "GITHUB_SHA": strings.Repeat("a", 40),
	}
	var out strings.Builder
	err := run(context.Background(), args, func(name string) string { return env[name] }, &out)
	return out.String(), err
}

// lines returns the requests that changed something.
func (g *gitHub) lines() string {
	var lines []string
	for _, change := range g.changes {
		lines = append(lines, change.line)
	}
	return strings.Join(lines, ", ")
}

func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Fatalf("expected %q in:\n%s", part, text)
		}
	}
}

func expectError(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("expected an error with %q, got: %v", part, err)
	}
}

func TestRun_arguments(t *testing.T) {
	g := newGitHub(t, nil)
	for _, args := range [][]string{
		{}, {"merge"}, {"comment"}, {"comment", "-number", "x"}, {"drift", "-dir", "x"}, {"propose"}, {"propose", "-dir", "x", "y"}, {"drift", "-x"},
	} {
		if _, err := g.run("", args...); err == nil || !strings.HasPrefix(err.Error(), "invalid arguments: ") {
			t.Errorf("%v: expected a usage error, got: %v", args, err)
		}
	}
}

func TestNewClient_environment(t *testing.T) {
	for want, env := range map[string]map[string]string{
		`invalid GITHUB_REPOSITORY "o/r/../x"`: {"GITHUB_REPOSITORY": "o/r/../x", "GITHUB_TOKEN": "x"},
		"GITHUB_TOKEN is not set":              {"GITHUB_REPOSITORY": "o/r"},
	} {
		_, err := newClient(func(name string) string { return env[name] }, io.Discard)
		expectError(t, err, want)
	}
}

func TestList_pages(t *testing.T) {
	full := make([]issue, pageSize)
	g := newGitHub(t, map[string]any{"GET /issues": full, "GET /issues?page=2": []issue{{Number: 7}}})
	c := &client{api: g.url, token: "token", repository: "o/r", http: http.DefaultClient, out: io.Discard}
	issues, err := list[issue](context.Background(), c, "/issues", map[string][]string{})
	if err != nil || len(issues) != pageSize+1 || issues[pageSize].Number != 7 {
		t.Fatalf("got %d issues, %v", len(issues), err)
	}
	_, err = list[issue](context.Background(), c, "/nothing", map[string][]string{})
	expectError(t, err, "GET /repos/o/r/nothing?page=1&per_page=100: 404 Not Found: Not Found")
}

func TestFenced_cannotBeLeft(t *testing.T) {
	text := "a\n````\n@everyone ![x](https://example.com)\n\u202e\x1b[31m\n"
	got := fenced(text, 1000)
	contains(t, got, "`````text\na\n````\n@everyone", "\n`````\n")
	for _, r := range []string{"\u202e", "\x1b"} {
		if strings.Contains(got, r) {
			t.Errorf("%q is in %q", r, got)
		}
	}
}

func TestFenced_cut(t *testing.T) {
	got := fenced(strings.Repeat("a line\n", 100), 200)
	contains(t, got, "a line\n… (cut)\n```\n")
	if len(got) > 200 {
		t.Fatalf("%d bytes", len(got))
	}
	if got := fenced(strings.Repeat("ä", 500), 201); len(got) > 201 || strings.Contains(got, "\uFFFD") {
		t.Fatalf("%d bytes: %s", len(got), got)
	}
	if got := fenced(strings.Repeat("`", 5000), 300); len(got) > 2*5000+64 {
		t.Fatal(fmt.Sprint(len(got)))
	}
}
