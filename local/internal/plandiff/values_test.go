package plandiff

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/planreport"
)

type (
	object = map[string]any
	list   = []any
)

// valueLines returns the lines of a section in a report, without its title and the resource.
func valueLines(section planreport.Section) []string {
	report := planreport.Report{Sections: []planreport.Section{section}}
	var lines []string
	for _, text := range strings.Split(strings.TrimSuffix(report.Text(), "\n"), "\n")[3:] {
		if strings.HasPrefix(text, "    ") {
			lines = append(lines, strings.TrimSpace(text))
		}
	}
	return lines
}

func TestAppendChanges(t *testing.T) {
	secret := object{sig.Key: sig.Secret, "ciphertext": "hunter2"}
	for name, test := range map[string]struct {
		before, after any
		want          []string
	}{
		"equal":                 {object{"a": 1.0}, object{"a": 1}, nil},
		"scalar":                {object{"a": 1.0}, object{"a": 2.5}, []string{"p.a: 1 -> 2.5"}},
		"big number":            {object{"a": 1.0}, object{"a": 10000000.0}, []string{"p.a: 1 -> 10000000"}},
		"new and removed":       {object{"a": "x"}, object{"b": true}, []string{"p.a: x -> (removed)", "p.b: (not set) -> true"}},
		"empty text":            {object{"a": "x"}, object{"a": ""}, []string{`p.a: x -> ""`}},
		"key with a dot":        {object{"a.b/c": "x"}, object{"a.b/c": "y"}, []string{`p["a.b/c"]: x -> y`}},
		"named elements":        {list{object{"name": "a", "v": 1.0}, object{"name": "b", "v": 1.0}}, list{object{"name": "b", "v": 2.0}, object{"name": "a", "v": 1.0}}, []string{"p[b].v: 1 -> 2"}},
		"elements in one place": {list{"a", "b"}, list{"a", "c"}, []string{"p[1]: b -> c"}},
		"one element more":      {list{"a", "b"}, list{"a", "b", "c"}, []string{"p[2]: (not set) -> c"}},
		"policy": {
			`{"Statement":[{"Sid":"Read","Action":["s3:GetObject"]}]}`, `{"Statement":[{"Sid":"Read","Action":["s3:*"]}]}`,
			[]string{"p.Statement[Read].Action[0]: s3:GetObject -> s3:*"},
		},
		"unknown":           {object{"a": "x"}, object{"a": plugin.UnknownStringValue}, []string{"p.a: x -> (known after the update)"}},
		"unknown in a text": {object{"a": "x"}, object{"a": "y-" + plugin.UnknownStringValue}, []string{"p.a: x -> y-(known after the update)"}},
		"secret":            {object{"a": "x"}, object{"a": secret}, []string{"p.a: x -> (secret)"}},
		"filtered secret":   {object{"a": "x"}, object{"a": "[secret]"}, []string{"p.a: x -> (secret)"}},
		"secret in a list":  {object{"a": list{"x"}}, object{"a": list{"x", object{"k": secret}}}, []string{"p.a[1].k: (not set) -> (secret)"}},
		"encrypted value":   {object{"a": object{"secure": "AAAB"}}, object{"a": object{"secure": "AAAC"}}, []string{"p.a: (secret) -> (secret)"}},
		"digest":            {object{"a": "x"}, object{"a": "i@sha256:" + strings.Repeat("a", 64)}, []string{"p.a: x -> i@sha256:aaaaaaaaaaaa…"}},
		"generated name":    {object{"a": "web-0123abcd"}, object{"a": "web-4567abcd"}, []string{"p.a: web-0123abcd -> web-4567abcd (generated name)"}},
		"other name":        {object{"a": "web-0123abcd"}, object{"a": "api-4567abcd"}, []string{"p.a: web-0123abcd -> api-4567abcd"}},
		"engine's notes":    {object{"__defaults": list{}, "annotations": object{"pulumi.com/autonamed": "true"}}, object{"__defaults": list{"a"}}, nil},
		"long":              {object{"a": "x"}, object{"a": strings.Repeat("é", 300)}, []string{"p.a:", "x", "-> " + strings.Repeat("é", 150) + "…"}},
	} {
		t.Run(name, func(t *testing.T) {
			change := planreport.Change{Op: planreport.Changed, Values: appendChanges(nil, "p", test.before, test.after)}
			require.Equal(t, test.want, valueLines(planreport.Section{Changes: []planreport.Change{change}}))
		})
	}
}

// Official providers name the properties that change.
func TestChangedValues_detailedDiff(t *testing.T) {
	step := engine.Step{
		Op:   apitype.OpReplace,
		Type: "gcp:container/cluster:Cluster",
		Old: &apitype.StepEventStateMetadata{
			Inputs:  object{"name": "a", "x": "1", "key": "[secret]"},
			Outputs: object{"status": "old"},
		},
		New:         &apitype.StepEventStateMetadata{Inputs: object{"name": "b", "x": "2", "key": "[secret]"}},
		Diff:        map[string]apitype.PropertyDiff{"name": {Kind: apitype.DiffUpdateReplace}, "key": {}, "status": {}},
		ReplaceKeys: []string{"name"},
	}
	require.Equal(t, []planreport.Value{
		{Path: "key", Old: "(secret)", New: "(secret)"},
		{Path: "name", Old: "a", New: "b", Replaces: true},
		{Path: "status", Old: "old"},
	}, changedValues(step))
}

func TestSettings(t *testing.T) {
	model := func(size any) object {
		return object{"artifacts": object{
			"dataset": object{"path": "d"}, "model": object{"path": "m", "sha256": strings.Repeat("a", 64), "size": size},
		}}
	}
	in := Input{
		Project: "modelferry",
		Before: map[string]any{
			"modelferry:releases": object{"bankchurn": model("4.1MB"), "gone": object{"image": "i"}}, "gcp:region": "europe-west1",
			"modelferry:services": object{"bankchurn": object{"port": 8000}}, "modelferry:token": object{"secure": "AAAA"},
		},
		After: map[string]any{
			"modelferry:releases": object{
				"bankchurn": object{"artifacts": model(5000000)["artifacts"], "backends": object{"big": model("1GB")}},
			},
			"modelferry:services": object{"bankchurn": object{"port": 8001}}, "modelferry:token": object{"secure": "BBBB"},
		},
	}
	got := map[string][]string{}
	for section, settings := range in.settings() {
		for _, setting := range settings {
			got[section] = append(got[section], valueLines(planreport.Section{Settings: []planreport.Setting{setting}})...)
		}
	}
	require.Equal(t, map[string][]string{
		"bankchurn": {
			"model: size 4.1 MB -> 5.0 MB",
			"backend big model: sha256 aaaaaaaaaaaa…, size 1.0 GB, path m", "backend big dataset: path d",
			"services.bankchurn.port: 8000 -> 8001",
		},
		"gone":     {"image: i -> (removed)"},
		"platform": {"gcp:region: europe-west1 -> (removed)", "token: (secret) -> (secret)"},
	}, got)
}

func TestOwners(t *testing.T) {
	in := Input{Project: "modelferry", After: map[string]any{"modelferry:services": object{
		"bank": object{"deployment": "bank-predictor"}, "bank-eu": object{},
	}}}
	for name, test := range map[string]struct{ name, parent, want string }{
		"component":             {"x", "urn:pulumi:gke::p::modelferry:index:ModelService::bank", "bank"},
		"deployment":            {"bank-predictor-models", "", "bank"},
		"longer name":           {"bank-eu-model", "", "bank-eu"},
		"another name":          {"banks", "urn:pulumi:gke::p::modelferry:gke:Platform::modelferry", Platform},
		"without any component": {"modelferry", "", Platform},
	} {
		t.Run(name, func(t *testing.T) {
			step := engine.Step{Name: test.name, Old: &apitype.StepEventStateMetadata{Parent: test.parent}}
			require.Equal(t, test.want, in.owners().of(step))
		})
	}
}
