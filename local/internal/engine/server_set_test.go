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
func (s *testStack) runWithout(do operation, property string, cluster map[string]any) (engine.Summary, error) {
	s.Helper()
	return s.runTransformed(do, cluster, func(_ string, result *pulumi.ResourceTransformResult) {
		result.Opts.IgnoreChanges = without(result.Opts.IgnoreChanges, property)
	})
}

func without(properties []string, property string) []string {
	return slices.DeleteFunc(slices.Clone(properties), func(path string) bool { return path == property })
}

// runTransformed runs an operation with the program, whose resources are transformed.
func (s *testStack) runTransformed(
	do operation, cluster map[string]any, transform func(typ string, result *pulumi.ResourceTransformResult),
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
		Layout: s.layout, Program: deploy, Out: &s.out, ConfigOverrides: map[string]any{"modelferry:cluster": cluster},
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

// GKE sets values on the cluster and its node pools after they were created. The second update does not change them
// back.
func TestServerSet_secondUpAndRefreshUnchanged(t *testing.T) {
	const pool, cluster = "gcp:container/nodePool:NodePool", "gcp:container/cluster:Cluster"
	s := newTestStack(t, "gke")
	lssd := map[string]any{"create": map[string]any{"machineType": "c3-standard-4-lssd"}}
	_, err := s.run(up, lssd)
	require.NoError(t, err, s.out.String())
	refresh := (*engine.Engine).Refresh
	for _, do := range []operation{up, refresh, up} {
		summary, err := s.run(do, lssd)
		require.NoError(t, err, s.out.String())
		require.False(t, summary.HasChanges(), s.out.String())
	}

	for property, want := range map[string]struct {
		typ string
		op  apitype.OpType
		err string
	}{
		"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model": {pool, apitype.OpUpdate, ""},
		"nodeConfig.kubeletConfig":                                        {pool, apitype.OpUpdate, "At least one of ['node_version'"},
		"nodeConfig.ephemeralStorageLocalSsdConfig":                       {pool, apitype.OpReplace, ""},
		"enableL4IlbSubsetting":                                           {cluster, "", "unable to replace resource"},
	} {
		t.Run("without "+property, func(t *testing.T) {
			s := &testStack{T: t, layout: s.layout}
			plan, err := s.runWithout(preview, property, lssd)
			if want.op == "" {
				require.ErrorContains(t, err, want.err)
				return
			}
			require.NoError(t, err, s.out.String())
			require.Equal(t, []apitype.OpType{want.op, want.op}, changes(plan, want.typ), s.out.String())
			if want.op == apitype.OpReplace {
				return
			}
			_, err = s.runWithout(up, property, lssd)
			if want.err == "" {
				require.NoError(t, err, s.out.String())
			} else {
				require.ErrorContains(t, err, want.err)
			}
		})
	}
}

// A node pool from before the program set an initial node count is not replaced, and neither is one with another count.
func TestServerSet_initialNodeCountKeepsPools(t *testing.T) {
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
