package planreport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/planreport"
)

// report returns a report with one change of each operation.
func report() planreport.Report {
	return planreport.Report{
		Stack: "gke", Base: "origin/main (3f2a1bc)", Unchanged: 7,
		Sections: []planreport.Section{
			{
				Name: "bankchurn",
				Settings: []planreport.Setting{{Name: "model", Values: []planreport.Value{
					{Path: "sha256", Old: "ab12…", New: "cd34…"}, {Path: "size", Old: "4.1 MB", New: "4.3 MB"},
				}}},
				Changes: []planreport.Change{
					{Op: planreport.Changed, Kind: "Deployment", Name: "bankchurn", Values: []planreport.Value{
						{Path: "spec.replicas", Old: "1", New: "2"}, {Path: "spec.paused", New: "true"}, {Path: "spec.gone", Old: "x"},
					}},
					{Op: planreport.Created, Kind: "Service", Name: "bankchurn"},
				},
			},
			{Name: "platform", Changes: []planreport.Change{
				{Op: planreport.Replaced, Kind: "Cluster", Name: "main", Destructive: true, Protected: true, Values: []planreport.Value{
					{Path: "name", Old: "a", New: "b", Replaces: true}, {Path: "labels.x", Old: "1", New: "2"},
				}},
				{Op: planreport.Deleted, Kind: "Bucket", Name: "models", Destructive: true, Retained: true},
				{Op: planreport.Replaced, Kind: "ConfigMap", Name: "web", Moved: true},
			}},
		},
	}
}

func TestReport_Text(t *testing.T) {
	require.Equal(t, `gke: 1 created, 1 changed, 2 replaced, 1 deleted, 7 unchanged, compared with origin/main (3f2a1bc)

WARNING: this change replaces or deletes a cluster, a node pool, a bucket or a key, which nobody has allowed
  ± Cluster main (refused: it is protected): replaced
        name: a -> b (requires the replacement)
  - Bucket models (no longer in the stack, stays in the cloud): deleted

bankchurn: 1 created, 1 changed
    model: sha256 ab12… -> cd34…, size 4.1 MB -> 4.3 MB
  ~ Deployment bankchurn
        spec.replicas: 1 -> 2
        spec.paused: (not set) -> true
        spec.gone: x -> (removed)
  + Service bankchurn

platform: 2 replaced, 1 deleted
  ± Cluster main (refused: it is protected)
        name: a -> b (requires the replacement)
        labels.x: 1 -> 2
  - Bucket models (no longer in the stack, stays in the cloud)
  ± created again in the other cluster:
        ConfigMap web
`, report().Text())
}

func TestReport_noChanges(t *testing.T) {
	r := planreport.Report{Stack: "eks", Base: "origin/main (3f2a1bc)"}
	require.Equal(t, "eks: no changes compared with origin/main (3f2a1bc)\n", r.Text())
	require.Equal(t, "### `eks`: no changes compared with `origin/main (3f2a1bc)`\n", r.Markdown(1000))
}

func TestReport_Text_escapesBase(t *testing.T) {
	r := planreport.Report{Stack: "eks", Base: "a\x1b[2Jb"}
	require.Equal(t, "eks: no changes compared with a\uFFFD[2Jb\n", r.Text())
}

func TestReport_Blocked(t *testing.T) {
	r := report()
	require.True(t, r.Blocked())
	require.Contains(t, r.Markdown(10000), "label `allow-destructive`")
	r.DestructionAllowed = true
	require.False(t, r.Blocked())
	require.Contains(t, r.Text(), "which was allowed")
	require.NotContains(t, r.Markdown(10000), "allow-destructive")
	r.Sections = r.Sections[:1]
	r.DestructionAllowed = false
	require.False(t, r.Blocked(), "nothing is destroyed")
}

// hostile are texts by which a pull request could try to write something else than code into a comment.
var hostile = []string{
	"<script>alert(1)</script>",
	"</summary><img src=x>",
	"</code></b>",
	"@modelferry/admins",
	"fixes #1",
	"[link](https://evil.example)",
	"```\n# heading\n@all",
	"````",
	"`",
	"``x`",
	"a\n\n- [ ] task",
	"a\r\nb",
	"x\u202egnp",
	"x\u2028y",
	"<!-- modelferry -->",
	"| a | b |",
	"",
}

// What is outside of code in a comment does not come from the change.
func TestComment_escapes(t *testing.T) {
	plain := planreport.Comment(hostileReport("x"))
	for _, text := range hostile {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			comment := planreport.Comment(hostileReport(text))
			require.Equal(t, withoutCode(t, plain), withoutCode(t, comment))
		})
	}
}

func hostileReport(text string) planreport.Report {
	values := []planreport.Value{{Path: text, Old: text, New: "y" + text, Replaces: true}}
	return planreport.Report{
		Stack: "gke", Base: text, Warnings: []string{text, text},
		Sections: []planreport.Section{{
			Name: text, Settings: []planreport.Setting{{Name: text, Values: values}, {Values: values}},
			Changes: []planreport.Change{
				{Op: planreport.Replaced, Kind: text, Name: text, Destructive: true, Values: values},
				{Op: planreport.Replaced, Kind: text, Name: text, Moved: true},
			},
		}},
	}
}

// withoutCode removes code blocks, code spans and the escaped content of code elements, by the rules of CommonMark.
func withoutCode(t *testing.T, comment string) string {
	t.Helper()
	var rest []string
	fence := ""
	for _, line := range strings.Split(comment, "\n") {
		content := strings.TrimPrefix(line, "> ")
		switch marks := content[:len(content)-len(strings.TrimLeft(content, "`"))]; {
		case fence != "":
			if strings.TrimRight(content, " ") == marks && len(marks) >= len(fence) {
				fence = ""
			}
		case len(marks) >= 3:
			fence = marks
			rest = append(rest, "BLOCK")
		default:
			rest = append(rest, withoutSpans(t, withoutCodeElement(line)))
		}
	}
	require.Empty(t, fence, "every code block ends")
	return strings.Join(rest, "\n")
}

func withoutSpans(t *testing.T, line string) string {
	t.Helper()
	var b strings.Builder
	for line != "" {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			b.WriteString(line)
			break
		}
		b.WriteString(line[:start] + "CODE")
		line = line[start:]
		marks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		line = line[len(marks):]
		end := -1
		for i := 0; i < len(line); {
			run := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
			if run == len(marks) {
				end = i
				break
			}
			i += max(run, 1)
		}
		require.GreaterOrEqual(t, end, 0, "every code span ends")
		line = line[end+len(marks):]
	}
	return b.String()
}

func withoutCodeElement(line string) string {
	before, rest, found := strings.Cut(line, "<code>")
	content, after, ended := strings.Cut(rest, "</code>")
	if !found || !ended || strings.ContainsAny(content, "<>") {
		return line
	}
	return before + "ELEMENT" + after
}

func TestComment_limit(t *testing.T) {
	r := report()
	r.Sections = nil
	for i := range 300 {
		section := planreport.Section{Name: fmt.Sprintf("service-%03d", i)}
		for j := range 20 {
			section.Changes = append(section.Changes, planreport.Change{
				Op: planreport.Deleted, Kind: "Bucket", Name: fmt.Sprintf("bucket-with-a-rather-long-name-%d", j), Destructive: true,
			})
		}
		r.Sections = append(r.Sections, section)
	}
	comment := planreport.Comment(r, r)
	require.LessOrEqual(t, len(comment), planreport.CommentLimit)
	require.Greater(t, len(comment), planreport.CommentLimit*9/10, "the room is used")
	require.Contains(t, comment, "of 300 sections are too long for this page")
	require.Equal(t, strings.Count(comment, "<details"), strings.Count(comment, "</details>"), "sections are whole")
	require.Contains(t, comment, "and 5970 more")

	// The second report gets what the first one leaves.
	small := planreport.Comment(planreport.Report{Stack: "eks", Base: "x"}, r)
	require.Greater(t, len(small), planreport.CommentLimit*9/10)
}

func TestJSON_roundTrip(t *testing.T) {
	content, err := planreport.JSON(report(), planreport.Report{Stack: "eks"})
	require.NoError(t, err)
	require.Contains(t, content, `"blocked": true`)
	reports, err := planreport.ReadJSON(strings.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, []planreport.Report{report(), {Stack: "eks"}}, reports)
}

func TestReadJSON_errors(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"no JSON":           {"plan", "invalid character"},
		"object":            {"{}", "cannot unmarshal"},
		"stack":             {`[{"stack": "gke; rm"}]`, "invalid stack"},
		"no stack":          {`[{}]`, "invalid stack"},
		"unknown operation": {`[{"stack": "gke", "sections": [{"name": "a", "changes": [{"op": "@all"}]}]}]`, `invalid operation "@all"`},
		"too large":         {strings.Repeat(" ", 9<<20), "larger than 8 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := planreport.ReadJSON(strings.NewReader(test.content))
			require.ErrorContains(t, err, test.want)
		})
	}
}
