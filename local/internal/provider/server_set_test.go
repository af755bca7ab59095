package provider_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

// A new resource type needs the properties that the cloud sets, or the reason why there are none.
func TestServerSet_everyType(t *testing.T) {
	pinned := map[string]string{
		"gcp": "https://github.com/hashicorp/terraform-provider-google-beta/blob/v5.42.0/",
		"aws": "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/",
	}
	for _, pkg := range []*provider.Package{gcp.Package(), aws.Package()} {
		for token, definition := range pkg.Resources {
			require.NotEqual(t, len(definition.ServerSet) == 0, definition.NothingServerSet == "",
				"%s: either properties or a reason why there are none", token)
			for path, property := range definition.ServerSet {
				require.NotNil(t, property.Value, "%s: %s", token, path)
				if property.Source != "https://github.com/hashicorp/terraform-provider-google/issues/26882" {
					require.Contains(t, property.Source, pinned[pkg.Name], "%s: %s", token, path)
				}
			}
		}
	}
}

type kinds = map[string]plugin.DiffKind

// serverSetProvider is a provider of clusters on which the cloud sets properties in each way.
func serverSetProvider(t *testing.T) plugin.Provider {
	t.Helper()
	return newProvider(t, &provider.Cloud{Dir: t.TempDir()}, func(r *provider.Resource) {
		r.ServerSet = map[string]provider.ServerSetProperty{
			"description":           {Value: provider.ConstOutput("by the cloud")},
			"enableL4IlbSubsetting": {Value: provider.ConstOutput(true), Default: false, Replace: true},
			"nodeVersion":           {Value: provider.ConstOutput("1.34"), Computed: true},
			"initialNodeCount":      {Value: provider.ConstOutput(2), Overrides: true, Later: true},
			"network": {
				Value: provider.Template("projects/demo/{network}"), Overrides: true,
				Equal: func(reported, wanted any) bool { return reported == "projects/demo/"+wanted.(string) },
			},
		}
	})
}

func TestServerSet_diff(t *testing.T) {
	base := object{
		"name": "main", "location": "EU", "network": "net", "description": "mine", "enableL4IlbSubsetting": true,
		"initialNodeCount": 1,
	}
	for name, test := range map[string]struct {
		change  object // of the inputs of both runs
		now     object // of the second run's inputs
		ignored []string
		refresh bool
		want    kinds
	}{
		"nothing":                      {},
		"an optional property":         {change: object{"description": nil}, want: kinds{"description": plugin.DiffDelete}},
		"an optional property ignored": {change: object{"description": nil}, ignored: []string{"description"}},
		"one that replaces": {
			change: object{"enableL4IlbSubsetting": nil},
			want:   kinds{"enableL4IlbSubsetting": plugin.DiffDeleteReplace},
		},
		"a computed property":                    {change: object{"nodeVersion": nil}},
		"a computed property that is added":      {now: object{"nodeVersion": "1.35"}, want: kinds{"nodeVersion": plugin.DiffAdd}},
		"a computed property that is taken away": {change: object{"nodeVersion": "1.34"}, now: object{"nodeVersion": nil}},
		"another form of the value":              {change: object{"network": "net"}},
		"another value":                          {now: object{"network": "other"}, want: kinds{"network": plugin.DiffUpdate}},
		"a value before a read":                  {},
		"a value that a read finds":              {refresh: true, want: kinds{"initialNodeCount": plugin.DiffUpdate}},
		"a value that a read finds ignored":      {refresh: true, ignored: []string{"initialNodeCount"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, ctx := serverSetProvider(t), context.Background()
			with := func(changes ...object) resource.PropertyMap {
				inputs := maps.Clone(base)
				for _, change := range changes {
					maps.Copy(inputs, change)
				}
				maps.DeleteFunc(inputs, func(_ string, value any) bool { return value == nil })
				return props(inputs)
			}
			inputs := with(test.change)
			created, err := p.Create(ctx, plugin.CreateRequest{URN: urn, Type: typ, Properties: inputs})
			require.NoError(t, err)
			outputs := created.Properties
			if test.refresh {
				read, err := p.Read(ctx, plugin.ReadRequest{URN: urn, Type: typ, ID: created.ID, Inputs: inputs, State: outputs})
				require.NoError(t, err)
				require.EqualValues(t, 2, read.Inputs["initialNodeCount"].NumberValue(), "the inputs follow the cloud")
				inputs, outputs = read.Inputs, read.Outputs
				again, err := p.Read(ctx, plugin.ReadRequest{URN: urn, Type: typ, ID: created.ID, Inputs: inputs, State: outputs})
				require.NoError(t, err)
				require.Equal(t, outputs, again.Outputs)
			}
			diff, err := p.Diff(ctx, plugin.DiffRequest{
				URN: urn, Type: typ, ID: created.ID, OldInputs: inputs, OldOutputs: outputs,
				NewInputs: with(test.change, test.now), IgnoreChanges: test.ignored,
			})
			require.NoError(t, err)
			changes := kinds{}
			for path, change := range diff.DetailedDiff {
				changes[path] = change.Kind
			}
			if test.want == nil {
				test.want = kinds{}
			}
			require.Equal(t, test.want, changes)
			require.Equal(t, len(changes) > 0, diff.Changes == plugin.DiffSome)
			for path, kind := range changes {
				require.Equal(t, kind.IsReplace(), slices.Contains(diff.ReplaceKeys, resource.PropertyKey(path)))
			}
		})
	}
}
