package main

import (
	"testing"
)

const driftMarker = "<!-- modelferry:drift gke -->"

// driftReport is a part of what pulumi preview --refresh prints.
const driftReport = `Previewing update (gke):
    gcp:container:NodePool modelferry-system
    kubernetes:core/v1:ConfigMap bankchurn-model
 ~  kubernetes:apps/v1:Deployment bankchurn update [diff: ~spec]
 +  kubernetes:core/v1:Service chicagotaxi create
+-  kubernetes:core/v1:ConfigMap x replace
    pulumi:pulumi:Stack modelferry-gke 7 warnings
Diagnostics:
  pulumi:pulumi:Stack (modelferry-gke):
    warning: using pulumi-resource-gcp from $PATH

Resources:
    + 1 to create
    ~ 1 to update
    2 changes. 72 unchanged

error: no changes were expected for preview but changes were proposed
`

func TestChanges_ofReport(t *testing.T) {
	want := ` ~  kubernetes:apps/v1:Deployment bankchurn update [diff: ~spec]
 +  kubernetes:core/v1:Service chicagotaxi create
+-  kubernetes:core/v1:ConfigMap x replace

Resources:
    + 1 to create
    ~ 1 to update
    2 changes. 72 unchanged

error: no changes were expected for preview but changes were proposed
`
	if got := changes(driftReport); got != want {
		t.Fatalf("got:\n%s", got)
	}
	if got := changes("something else\n"); got != "something else\n" {
		t.Fatalf("got:\n%s", got)
	}
}

func driftIssues(issues ...map[string]any) map[string]any {
	return map[string]any{"GET /issues": issues}
}

func openIssue(number int, body, login string) map[string]any {
	return map[string]any{"number": number, "body": body, "user": map[string]string{"login": login}}
}

func TestDrift_issue(t *testing.T) {
	drifted := map[string]string{"result": "drifted\n", "report.txt": driftReport}
	clean := map[string]string{"result": "clean\n", "report.txt": ""}
	ours := openIssue(4, driftMarker+"\n…", botLogin)
	pull := openIssue(5, driftMarker, botLogin)
	pull["pull_request"] = map[string]any{}
	others := []map[string]any{openIssue(2, "<!-- modelferry:drift eks -->", botLogin), openIssue(3, driftMarker, "mallory"), pull}
	for _, c := range []struct {
		name   string
		files  map[string]string
		issues []map[string]any
		want   string
	}{
		{"opened", drifted, others, "POST /issues"},
		{"renewed", drifted, append(others, ours), "PATCH /issues/4"},
		{"closed", clean, append(others, ours), "POST /issues/4/comments, PATCH /issues/4"},
		{"clean without an issue", clean, others, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGitHub(t, driftIssues(c.issues...))
			if _, err := g.run("", "drift", "-stack", "gke", "-dir", writeFiles(t, c.files)); err != nil {
				t.Fatal(err)
			}
			if g.lines() != c.want {
				t.Fatalf("got %q, want %q", g.lines(), c.want)
			}
			contains(t, g.queries[0], "labels=drift")
			if c.name == "opened" || c.name == "renewed" {
				contains(
					t,
					g.changes[0].body["body"].(string),
					driftMarker+"\n",
					"```text\n ~  kubernetes:apps/v1:Deployment bankchurn update [diff: ~spec]\n",
					"https://github.com/o/r/actions/runs/5",
				)
			}
			if c.name == "closed" && g.changes[1].body["state"] != "closed" {
				t.Fatalf("%v", g.changes[1])
			}
		})
	}
}

// A preview that failed says nothing about drift: the issue stays as it is.
func TestDrift_withoutResult(t *testing.T) {
	g := newGitHub(t, driftIssues())
	_, err := g.run("", "drift", "-stack", "gke", "-dir", writeFiles(t, map[string]string{"report.txt": "error"}))
	expectError(t, err, "no result of make drift, which did not finish")
	_, err = g.run("", "drift", "-stack", "gke", "-dir", writeFiles(t, map[string]string{"result": "perhaps"}))
	expectError(t, err, `invalid result "perhaps"`)
	if len(g.changes) != 0 {
		t.Fatal(g.lines())
	}
}
