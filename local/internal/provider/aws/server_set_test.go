package aws_test

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// diffAfterCreate returns the changes between a resource that exists and its new inputs. A second configuration of the
// provider is that of the second run.
func diffAfterCreate(t *testing.T, typ string, old, now map[string]any, configs ...map[string]any) map[string]plugin.PropertyDiff {
	t.Helper()
	ctx := context.Background()
	pkg := aws.Package()
	pkg.Refusals = nil // the cloud has nothing else
	p := provider.New(pkg, &provider.Cloud{Dir: t.TempDir()})
	configure := func(config map[string]any) {
		config["region"] = "eu-west-1"
		_, err := p.Configure(ctx, plugin.ConfigureRequest{Inputs: resource.NewPropertyMapFromMap(config)})
		require.NoError(t, err)
	}
	configs = append(configs, map[string]any{})
	configure(configs[0])
	urn := resource.NewURN("eks", "modelferry", "", resource.URN("urn:pulumi:a::b::"+typ+"::c").Type(), "main")
	oldInputs, newInputs := resource.NewPropertyMapFromMap(old), resource.NewPropertyMapFromMap(now)
	created, err := p.Create(ctx, plugin.CreateRequest{URN: urn, Type: urn.Type(), Properties: oldInputs})
	require.NoError(t, err)
	if len(configs) > 2 {
		configure(configs[1])
	}
	diff, err := p.Diff(ctx, plugin.DiffRequest{
		URN: urn, Type: urn.Type(), ID: created.ID, OldInputs: oldInputs, OldOutputs: created.Properties, NewInputs: newInputs,
	})
	require.NoError(t, err)
	return diff.DetailedDiff
}

// The provider compares policy documents by their meaning: AWS returns them in its own form.
func TestServerSet_policies(t *testing.T) {
	const (
		policy    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":["x"]}]}`
		reordered = `{"Statement":[{"Resource":"x","Action":["a:C","a:B"],"Effect":"Allow"}],"Version":"2012-10-17"}`
		wider     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":["x","y"]}]}`
	)
	inputs := func(policy string) map[string]any {
		return map[string]any{"policy": policy, "repository": "main"}
	}
	const typ = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	require.Empty(t, diffAfterCreate(t, typ, inputs(policy), inputs(policy)))
	require.Empty(t, diffAfterCreate(t, typ, inputs(policy), inputs(reordered)))
	require.Len(t, diffAfterCreate(t, typ, inputs(policy), inputs(wider)), 1)

	const lifecycle = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
	require.Empty(t, diffAfterCreate(t, lifecycle, inputs(`{"rules":[]}`), inputs(`{ "rules": [ ] }`)))
	changed := diffAfterCreate(t, lifecycle, inputs(`{"rules":[]}`), inputs(`{"rules":[{"rulePriority":1}]}`))
	require.True(t, changed["policy"].Kind.IsReplace(), "as in the provider")
}

// Tags of the resource and default tags of the provider are compared together.
func TestServerSet_defaultTags(t *testing.T) {
	const typ = "aws:ecr/repository:Repository"
	inputs := map[string]any{"name": "main", "tags": map[string]any{"Name": "main"}}
	defaults := func(owner string) map[string]any {
		return map[string]any{"defaultTags": map[string]any{"tags": map[string]any{"owner": owner, "Name": "overridden"}}}
	}
	require.Empty(t, diffAfterCreate(t, typ, inputs, inputs, defaults("ml")))
	require.Empty(t, diffAfterCreate(t, typ, inputs, inputs, defaults("ml"), defaults("ml")))
	changed := diffAfterCreate(t, typ, inputs, inputs, defaults("ml"), defaults("web"))
	require.Len(t, changed, 1)
	require.Contains(t, changed, "tagsAll")
}

// AWS returns sets in an order of its own.
func TestServerSet_sets(t *testing.T) {
	const typ = "aws:ec2/launchTemplate:LaunchTemplate"
	require.Empty(t, diffAfterCreate(t, typ, map[string]any{"name": "a"}, map[string]any{"name": "a"}))
	group := func(subnets ...any) map[string]any {
		return map[string]any{
			"clusterName": "main", "nodeGroupName": "main", "nodeRoleArn": "arn", "subnetIds": subnets,
			"scalingConfig": map[string]any{"minSize": 1, "maxSize": 2, "desiredSize": 1},
		}
	}
	const nodeGroup = "aws:eks/nodeGroup:NodeGroup"
	require.Empty(t, diffAfterCreate(t, nodeGroup, group("a", "b"), group("a", "b")))
	require.Empty(t, diffAfterCreate(t, nodeGroup, group("a", "b"), group("b", "a")))
	require.NotEmpty(t, diffAfterCreate(t, nodeGroup, group("a", "b"), group("a", "c")))
}
