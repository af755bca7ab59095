package engine_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
	"github.com/modelferry/modelferry/stack"
)

// testStack is a stack of the program in a local cloud with an object store and without a node: Kubernetes objects are
// rendered to files, and a cluster is only a record.
type testStack struct {
	*testing.T
	layout paths.Layout
	out    bytes.Buffer
	more   map[string]any // more overrides of the config
}

func newTestStack(t *testing.T, name string) *testStack {
	t.Helper()
	p := newProgramRepository(t, name)
	require.NoError(t, os.MkdirAll(p.Dir(), 0o755))
	map[string]func(*testing.T, string){
		"gke": func(t *testing.T, dir string) { t.Helper(); storetest.StartGCS(t, dir) },
		"eks": func(t *testing.T, dir string) { t.Helper(); storetest.StartS3(t, dir, "eu-west-1") },
	}[name](t, p.Dir())
	return &testStack{T: t, layout: p}
}

// operation is a method of Engine.
type operation func(*engine.Engine, context.Context) (engine.Summary, error)

var up, preview operation = (*engine.Engine).Up, (*engine.Engine).Preview

// run runs an operation with the repository's config and the given overrides of modelferry:cluster.
func (s *testStack) run(do operation, cluster map[string]any) (engine.Summary, error) {
	s.Helper()
	s.out.Reset()
	program := stack.Program{RenderDir: filepath.Join(s.layout.Dir(), "rendered")}
	overrides := map[string]any{"modelferry:cluster": cluster}
	maps.Copy(overrides, s.more)
	e, err := engine.Open(s.Context(), engine.Options{Layout: s.layout, Program: program.Deploy, Out: &s.out, ConfigOverrides: overrides})
	require.NoError(s, err)
	return do(e, s.Context())
}

// records returns the cloud's resources.
func (s *testStack) records() []cloudstate.Resource {
	s.Helper()
	cloud, err := cloudstate.Load(s.layout.Dir())
	require.NoError(s, err)
	return cloud.Resources
}

// clusterSteps returns the changes of the stack's cluster.
func (s *testStack) clusterSteps(summary engine.Summary) []apitype.OpType {
	var ops []apitype.OpType
	for _, step := range summary.Steps {
		if step.Type == clusterTypes[s.layout.Stack] {
			ops = append(ops, step.Op)
		}
	}
	return ops
}

var clusterTypes = map[string]string{"gke": "gcp:container/cluster:Cluster", "eks": "aws:eks/cluster:Cluster"}

// A change that replaces the cluster fails unless an earlier update has disabled the deletion protection.
func TestCluster_replaceRequiresDeletionProtectionOff(t *testing.T) {
	t.Parallel()
	location, rename := map[string]any{"location": "europe-west1-b"}, map[string]any{"create": map[string]any{"name": "other"}}
	for name, c := range map[string]struct {
		stack  string
		change map[string]any
	}{
		"another location on gke": {"gke", location}, "another name on gke": {"gke", rename}, "another name on eks": {"eks", rename},
		// EKS would accept the update, but the cluster would still use the old key.
		"another key on eks": {"eks", map[string]any{"create": map[string]any{"kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/ours"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, c.stack)
			_, err := s.run(up, nil)
			require.NoError(t, err, s.out.String())
			before := s.records()
			require.Greater(t, len(before), 20)

			for _, do := range []operation{preview, up} {
				_, err = s.run(do, c.change)
				require.ErrorContains(t, err, "Cluster modelferry: ")
				require.ErrorContains(t, err, "unable to replace resource")
				require.ErrorContains(t, err, "protect")
				require.Subset(t, s.records(), before, "nothing was deleted")
			}
			_, err = s.run(up, nil)
			require.NoError(t, err, "without the change an update succeeds")
			// The log group of the other name was created before the refusal. It is retained, as every log group is.
			logs := func(r cloudstate.Resource) bool { return r.ID == "/aws/eks/other/cluster" }
			require.ElementsMatch(t, before, slices.DeleteFunc(s.records(), logs))

			open := map[string]any{"create": map[string]any{"deletionProtection": false}}
			_, err = s.run(up, open)
			require.NoError(t, err, s.out.String())
			change := maps.Clone(c.change)
			create, _ := change["create"].(map[string]any)
			change["create"] = withValue(create, "deletionProtection", false)
			plan, err := s.run(preview, change)
			require.NoError(t, err, s.out.String())
			require.Equal(t, []apitype.OpType{apitype.OpReplace}, s.clusterSteps(plan))
			objects := 0
			for _, step := range plan.Steps {
				if strings.HasPrefix(step.Type, "kubernetes:") {
					require.Equal(t, apitype.OpReplace, step.Op, step.URN)
					objects++
				}
			}
			require.Greater(t, objects, 10, "the other cluster has no objects yet")
		})
	}
}

func withValue(values map[string]any, key string, value any) map[string]any {
	merged := map[string]any{key: value}
	maps.Copy(merged, values)
	return merged
}
