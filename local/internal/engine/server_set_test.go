package engine_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/stack"
)

// runWithout runs an operation with the program, which does not ignore changes of a property.
func (s *testStack) runWithout(do operation, property string, overrides map[string]any) (engine.Summary, error) {
	s.Helper()
	return s.runTransformed(do, overrides, func(_ string, result *pulumi.ResourceTransformResult) {
		result.Opts.IgnoreChanges = without(result.Opts.IgnoreChanges, property)
	})
}

func without(properties []string, property string) []string {
	return slices.DeleteFunc(slices.Clone(properties), func(path string) bool { return path == property })
}

// runTransformed runs an operation with the program, whose resources are transformed.
func (s *testStack) runTransformed(
	do operation, overrides map[string]any, transform func(typ string, result *pulumi.ResourceTransformResult),
) (engine.Summary, error) {
	s.Helper()
	s.out.Reset()
	program := stack.Program{RenderDir: filepath.Join(s.layout.Dir(), "rendered")}
	deploy := func(ctx *pulumi.Context) error {
		if err := ctx.RegisterResourceTransform(
			func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
				result := &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
				transform(args.Type, result)
				return result
			}); err != nil {
			return err
		}
		return program.Deploy(ctx)
	}
	e, err := engine.Open(s.Context(), engine.Options{
		Layout: s.layout, Program: deploy, Out: &s.out, ConfigOverrides: overrides,
	})
	require.NoError(s, err)
	return do(e, s.Context())
}

// changes returns the kinds of changes to resources of a type.
func changes(summary engine.Summary, typ string) []apitype.OpType {
	var ops []apitype.OpType
	for _, step := range summary.Steps {
		if step.Type == typ {
			ops = append(ops, step.Op)
		}
	}
	return ops
}

var (
	// An update with a node pool of every kind: machines with local SSDs, and with GPUs.
	everyNodePool = map[string]any{
		"modelferry:cluster":  map[string]any{"create": map[string]any{"machineType": "c3-standard-4-lssd"}},
		"modelferry:gpu":      map[string]any{"enabled": true, "machineType": "n1-standard-4", "accelerator": "nvidia-tesla-t4"},
		"modelferry:releases": map[string]any{"nlpinsight": map[string]any{"backend": "finbert"}},
	}
	refresh operation = (*engine.Engine).Refresh
)

// The clouds set values after a resource was created. Neither the second update nor a refresh changes them back.
func TestServerSet_secondUpAndRefreshUnchanged(t *testing.T) {
	t.Parallel()
	const (
		pool, cluster    = "gcp:container/nodePool:NodePool", "gcp:container/cluster:Cluster"
		nodeGroup        = "aws:eks/nodeGroup:NodeGroup"
		refusesToReplace = "unable to replace resource"
	)
	for name, test := range map[string]struct {
		overrides map[string]any
		// ignored are the properties that the program ignores, and what it would do without.
		ignored map[string]ignoredProperty
	}{
		"gke": {everyNodePool, map[string]ignoredProperty{
			"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model": {typ: pool, op: apitype.OpUpdate, count: 3},
			"nodeConfig.resourceLabels.goog-gke-accelerator-type":             {typ: pool, op: apitype.OpUpdate, count: 1},
			"nodeConfig.kubeletConfig": {
				typ: pool, op: apitype.OpUpdate, count: 3, err: "At least one of ['node_version'",
			},
			"nodeConfig.ephemeralStorageLocalSsdConfig": {typ: pool, op: apitype.OpReplace, count: 2},
			"enableL4IlbSubsetting":                     {typ: cluster, err: refusesToReplace},
			"nodeConfig":                                {typ: cluster, err: refusesToReplace},
		}},
		"eks": {nil, map[string]ignoredProperty{
			"scalingConfig.desiredSize": {typ: nodeGroup, op: apitype.OpUpdate, count: 2},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, name)
			asItIs := func(string, *pulumi.ResourceTransformResult) {}
			_, err := s.runTransformed(up, test.overrides, asItIs)
			require.NoError(t, err, s.out.String())
			for _, do := range []operation{up, refresh, up, refresh} {
				summary, err := s.runTransformed(do, test.overrides, asItIs)
				require.NoError(t, err, s.out.String())
				require.False(t, summary.HasChanges(), "%v", summary.Steps)
			}
			for property, want := range test.ignored {
				t.Run("without "+property, func(t *testing.T) {
					(&testStack{T: t, layout: s.layout}).requireChangesWithout(property, want, test.overrides)
				})
			}
		})
	}
}

// ignoredProperty is what an update does if the program does not ignore changes of a property.
type ignoredProperty struct {
	typ   string
	op    apitype.OpType // empty if the preview fails
	count int            // of the resources
	err   string         // of the update, empty for none
}

func (s *testStack) requireChangesWithout(property string, want ignoredProperty, overrides map[string]any) {
	s.Helper()
	plan, err := s.runWithout(preview, property, overrides)
	if want.op == "" {
		require.ErrorContains(s, err, want.err)
		return
	}
	require.NoError(s, err, s.out.String())
	require.Equal(s, slices.Repeat([]apitype.OpType{want.op}, want.count), changes(plan, want.typ), s.out.String())
	if want.op == apitype.OpReplace {
		return
	}
	_, err = s.runWithout(up, property, overrides)
	if want.err == "" {
		require.NoError(s, err, s.out.String())
	} else {
		require.ErrorContains(s, err, want.err)
	}
}

// A new zone in the region changes the list of zones. The subnets stay where they are.
func TestNetwork_newZoneKeepsSubnets(t *testing.T) {
	t.Parallel()
	const subnet = "aws:ec2/subnet:Subnet"
	s := newTestStack(t, "eks")
	_, err := s.run(up, nil)
	require.NoError(t, err, s.out.String())
	moveZones := func(ignore bool) func(string, *pulumi.ResourceTransformResult) {
		return func(typ string, result *pulumi.ResourceTransformResult) {
			if typ == subnet {
				result.Props["availabilityZone"] = pulumi.String("eu-west-1d")
			}
			if !ignore {
				result.Opts.IgnoreChanges = without(result.Opts.IgnoreChanges, "availabilityZone")
			}
		}
	}
	summary, err := s.runTransformed(preview, nil, moveZones(true))
	require.NoError(t, err, s.out.String())
	require.False(t, summary.HasChanges(), "%v", summary.Steps)
	summary, err = s.runTransformed(preview, nil, moveZones(false))
	if err == nil { // the cluster's protection may refuse it
		require.Contains(t, changes(summary, subnet), apitype.OpReplace)
	}
}

// A node pool from before the program set an initial node count is not replaced, and neither is one with another count.
func TestServerSet_initialNodeCountKeepsPools(t *testing.T) {
	t.Parallel()
	const pool, property = "gcp:container/nodePool:NodePool", "initialNodeCount"
	s := newTestStack(t, "gke")
	for _, before := range []struct {
		name  string
		count pulumi.Input
	}{{"none", nil}, {"another", pulumi.Int(5)}} {
		t.Run(before.name, func(t *testing.T) {
			s := &testStack{T: t, layout: s.layout}
			_, err := s.runTransformed(up, nil, func(typ string, result *pulumi.ResourceTransformResult) {
				if typ == pool {
					// The system pool of the first case is replaced for the second.
					result.Opts.IgnoreChanges = without(result.Opts.IgnoreChanges, property)
				}
				if _, set := result.Props[property]; set && typ == pool {
					result.Props[property] = before.count
				}
			})
			require.NoError(t, err, s.out.String())
			summary, err := s.run(up, nil)
			require.NoError(t, err, s.out.String())
			require.False(t, summary.HasChanges(), s.out.String())
			plan, err := s.runWithout(preview, property, nil)
			require.NoError(t, err, s.out.String())
			require.Equal(t, []apitype.OpType{apitype.OpReplace}, changes(plan, pool), s.out.String())
		})
	}
}
