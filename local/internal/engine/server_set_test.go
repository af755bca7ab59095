package engine_test

import (
	"context"
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
	s.out.Reset()
	var program stack.Program
	deploy := func(ctx *pulumi.Context) error {
		if err := ctx.RegisterResourceTransform(
			func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
				opts := args.Opts
				opts.IgnoreChanges = slices.DeleteFunc(slices.Clone(opts.IgnoreChanges), func(path string) bool { return path == property })
				return &pulumi.ResourceTransformResult{Props: args.Props, Opts: opts}
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
	t.Setenv(engine.RenderDirVar, t.TempDir())
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
