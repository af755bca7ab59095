package engine_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
	"github.com/modelferry/modelferry/stack"
)

// testStack is a stack of the program as it is, in a local cloud whose state stays from run to run. It has an
// object store and no node: Kubernetes' objects become files, and a cluster is what its provider remembers.
type testStack struct {
	*testing.T
	place paths.Layout
	out   bytes.Buffer
}

func newTestStack(t *testing.T, name string) *testStack {
	t.Helper()
	p := newProgramRepository(t, name)
	require.NoError(t, os.MkdirAll(p.Dir(), 0o755))
	if name == "gke" {
		storetest.StartGCS(t, p.Dir())
	} else {
		storetest.StartS3(t, p.Dir(), "eu-west-1")
	}
	return &testStack{T: t, place: p}
}

// action is one of an engine's.
type action func(*engine.Engine, context.Context) (engine.Summary, error)

var up, preview action = (*engine.Engine).Up, (*engine.Engine).Preview

// run does it with the config of the repository, and more values over its modelferry:cluster.
func (k *testStack) run(do action, cluster map[string]any) (engine.Summary, error) {
	k.Helper()
	k.out.Reset()
	var program stack.Program
	e, err := engine.Open(k.Context(), engine.Options{
		Layout: k.place, Program: program.Deploy, Out: &k.out, ConfigOverrides: map[string]any{"modelferry:cluster": cluster},
	})
	require.NoError(k, err)
	return do(e, k.Context())
}

// records is all that the cloud has.
func (k *testStack) records() []cloudstate.Resource {
	k.Helper()
	cloud, err := cloudstate.Load(k.place.Dir())
	require.NoError(k, err)
	return cloud.Resources
}

// clusterSteps are the changes of the stack's cluster.
func (k *testStack) clusterSteps(summary engine.Summary) []apitype.OpType {
	var ops []apitype.OpType
	for _, step := range summary.Steps {
		if step.Type == clusterTypes[k.place.Stack] {
			ops = append(ops, step.Op)
		}
	}
	return ops
}

var clusterTypes = map[string]string{"gke": "gcp:container/cluster:Cluster", "eks": "aws:eks/cluster:Cluster"}

// A change that makes another cluster is refused, until the config of an earlier update has said that this
// one may go.
func TestCluster_replaceRequiresDeletionProtectionOff(t *testing.T) {
	t.Setenv(engine.RenderDirVar, t.TempDir())
	location, rename := map[string]any{"location": "europe-west1-b"}, map[string]any{"create": map[string]any{"name": "other"}}
	for name, c := range map[string]struct {
		stack  string
		change map[string]any
	}{
		"another location on gke": {"gke", location}, "another name on gke": {"gke", rename}, "another name on eks": {"eks", rename},
		// EKS would take the update, go on with the old key, and lose it.
		"another key on eks": {"eks", map[string]any{"create": map[string]any{"kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/ours"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTestStack(t, c.stack)
			_, err := k.run(up, nil)
			require.NoError(t, err, k.out.String())
			before := k.records()
			require.Greater(t, len(before), 20)

			for _, do := range []action{preview, up} {
				_, err = k.run(do, c.change)
				require.ErrorContains(t, err, "Cluster modelferry: ")
				require.ErrorContains(t, err, "unable to replace resource")
				require.ErrorContains(t, err, "protect")
				require.Subset(t, k.records(), before, "what was there is there")
			}
			_, err = k.run(up, nil)
			require.NoError(t, err, "the way back is open")
			require.ElementsMatch(t, before, k.records())

			open := map[string]any{"create": map[string]any{"deletionProtection": false}}
			_, err = k.run(up, open)
			require.NoError(t, err, k.out.String())
			change := maps.Clone(c.change)
			create, _ := change["create"].(map[string]any)
			change["create"] = withValue(create, "deletionProtection", false)
			plan, err := k.run(preview, change)
			require.NoError(t, err, k.out.String())
			require.Equal(t, []apitype.OpType{apitype.OpReplace}, k.clusterSteps(plan))
		})
	}
}

func withValue(values map[string]any, key string, value any) map[string]any {
	merged := map[string]any{key: value}
	maps.Copy(merged, values)
	return merged
}
