package stack

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// A pod that starts before its grants is refused, one before the nodes is not
// scheduled; and a grant before the cluster names a pool that is not there yet.
func TestOrder(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		cluster, nodes := r.One(t, p.cluster, "modelferry"), r.One(t, p.nodes, "modelferry")
		for _, s := range services {
			before := r.Before(deployment(t, r, s))
			require.True(t, before[cluster.URN] && before[nodes.URN], "%s: after the cluster and its nodes", s.name)
			var grants int
			for _, grant := range r.Of(p.grant) {
				if grant.Name == s.deployment || strings.HasPrefix(grant.Name, s.deployment+"-") {
					grants++
					require.True(t, before[grant.URN], "%s: after %s", s.name, grant)
				}
			}
			require.NotZero(t, grants)
			for _, object := range []stacktest.Registration{
				r.One(t, "ConfigMap", s.name+"-model"), r.One(t, "ServiceAccount", s.name), r.One(t, "Namespace", "ml-portfolio"),
				r.One(t, "NetworkPolicy", s.name), // or the fetcher's first attempts are in vain
			} {
				require.True(t, before[object.URN], "%s: after %s", s.name, object)
			}
		}
		for _, grant := range r.Of(p.grant) {
			require.True(t, r.Before(grant)[cluster.URN], "%s: after the cluster", grant)
		}
		for _, egress := range []string{"RouterNat", "NatGateway", "VpcEndpoint"} {
			for _, way := range r.Of(egress) {
				require.True(t, r.Before(nodes)[way.URN], "nodes: after %s, or they pull no image", way)
			}
		}
	})
}

func TestOutputsAreTheSameOnEveryCloud(t *testing.T) {
	want := []string{
		"buckets.datasets", "buckets.models", "cloud", "cluster.endpoint", "cluster.name", "kubeconfig", "namespace",
	}
	for _, s := range services {
		for _, key := range []string{"config", "deployment", "identity", "model.bucket", "model.path", "model.sha256", "service"} {
			want = append(want, "services."+s.name+"."+key)
		}
	}
	slices.Sort(want)
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		require.Equal(t, want, r.OutputKeys)
		if r.Preview {
			return
		}
		require.Equal(t, p.stack, r.Outputs["cloud"])
		require.Equal(t, "ml-portfolio", r.Outputs["namespace"])
		for _, s := range services {
			require.Equal(t, map[string]any{
				"deployment": s.deployment, "service": s.service, "identity": p.identity(s.deployment), "config": s.name + "-model-0a1b2c3",
				"model": map[string]string{"bucket": p.buckets["models"], "path": s.model, "sha256": pin},
			}, r.Outputs["services"].(map[string]any)[s.name])
		}
	})
}

// A preview of a fresh stack shows every resource that an update makes.
func TestPreviewRegistersWhatAnUpdateDoes(t *testing.T) {
	for _, p := range platforms {
		t.Run(p.stack, func(t *testing.T) {
			names := func(preview bool) []string {
				var all []string
				for _, each := range run(t, settings(t, p.stack, nil), p.stack, preview).All {
					all = append(all, each.URN)
				}
				slices.Sort(all)
				return all
			}
			update := names(false)
			require.Equal(t, update, names(true))
			require.Equal(t, update, slices.Compact(slices.Clone(update)), "each once")
		})
	}
}

// A new stack has its buckets and cluster before there is anything to release.
func TestStackWithoutReleasesHasThePlatformOnly(t *testing.T) {
	for _, p := range platforms {
		t.Run(p.stack, func(t *testing.T) {
			r := recorded(t, p.stack, map[string]any{"releases": nil})
			require.Len(t, objects(r), 2, "the namespace, and its default")
			require.Len(t, r.Of(p.cluster), 1)
			require.Empty(t, grantsOf(p, r))
			require.Empty(t, r.Outputs["services"])
			require.Len(t, r.Outputs["buckets"], 2)
		})
	}
}

func TestFaultyConfigRegistersNothing(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"unknown key":   {"releses": object{}},
		"another cloud": {"cloud": "aks"},
		"path goes up":  {"releases.bankchurn.artifacts.model.path": "bankchurn/../x"},
	} {
		for _, p := range platforms {
			t.Run(name+"/"+p.stack, func(t *testing.T) {
				s := settings(t, p.stack, set)
				program := Stack{Keys: s.Keys()}
				record, err := stacktest.Run(program.declare, p.stack, s, false)
				var faults config.Faults
				require.ErrorAs(t, err, &faults)
				require.Len(t, faults, 1)
				require.Empty(t, record.All)
			})
		}
	}
}

// The engine starts the program by Deploy, which exports what declare returns.
func TestDeployIsTheProgram(t *testing.T) {
	s := settings(t, "gke", nil)
	program := Stack{Keys: s.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, "gke", s, false)
	require.NoError(t, err)
	require.Len(t, record.All, len(recorded(t, "gke", nil).All))
}

func TestKeysComeFromTheEngine(t *testing.T) {
	var program Stack
	program.readKeys(&pulumi.RunInfo{Config: map[string]string{"modelferry:cloud": "gke", "aws:region": "x"}})
	require.Equal(t, []string{"aws:region", "modelferry:cloud"}, program.Keys)
}
