package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/planreport"
)

func TestPlanChange_outputFormats(t *testing.T) {
	p := planChange{format: textFormat, out: []string{"a/plan.md", "plan.json", "plan.txt"}}
	outputs, err := p.outputFormats()
	require.NoError(t, err)
	require.Equal(t, []output{
		{"", textFormat}, {"a/plan.md", markdownFormat}, {"plan.json", jsonFormat}, {"plan.txt", textFormat},
	}, outputs)
	_, err = (&planChange{format: "yaml"}).outputFormats()
	require.EqualError(t, err, `invalid --format "yaml": must be text, markdown or json`)
	_, err = (&planChange{format: textFormat, out: []string{"plan"}}).outputFormats()
	require.EqualError(t, err, `invalid --out "plan": must end in .txt, .md or .json`)
}

func TestBlockedError(t *testing.T) {
	destructive := planreport.Report{Stack: "gke", Sections: []planreport.Section{{
		Name: "platform", Changes: []planreport.Change{{Op: planreport.Deleted, Kind: "Bucket", Destructive: true}},
	}}}
	other := planreport.Report{Stack: "eks"}
	require.NoError(t, blockedError([]planreport.Report{other}))

	err := blockedError([]planreport.Report{other, destructive})
	var exit *exitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, blockedExitCode, exit.code)
	require.ErrorContains(t, err, "the plan of gke replaces or deletes")

	destructive.DestructionAllowed = true
	require.NoError(t, blockedError([]planreport.Report{other, destructive}))
}

func TestPreview_flagsWithoutBase(t *testing.T) {
	for name, args := range map[string][]string{"format": {"--format", "json"}, "out": {"--out", "plan.md"}} {
		t.Run(name, func(t *testing.T) {
			root := Root()
			root.SetArgs(append([]string{"preview"}, args...))
			require.ErrorContains(t, root.Execute(), "add --base")
		})
	}
}
