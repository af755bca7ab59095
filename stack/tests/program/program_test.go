// Package program tests the program as a whole: its order, outputs, plans, and what holds for every config.
package program

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// A pod that starts before its grants is refused, one before the nodes is not
// scheduled; and a grant before the cluster names a pool that is not there yet.
func TestProgram_registrationOrder(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		cluster, nodes := r.MustGet(t, p.ClusterType, "modelferry"), r.MustGet(t, p.NodePoolType, "modelferry")
		for _, s := range stacktest.Services {
			before := r.Dependencies(stacktest.GetDeployment(t, r, s))
			require.True(t, before[cluster.URN] && before[nodes.URN], "%s: after the cluster and its nodes", s.Name)
			var grants int
			for _, grant := range r.ByType(p.GrantType) {
				if grant.Name == s.Deployment || strings.HasPrefix(grant.Name, s.Deployment+"-") {
					grants++
					require.True(t, before[grant.URN], "%s: after %s", s.Name, grant)
				}
			}
			require.NotZero(t, grants)
			for _, object := range []stacktest.Registration{
				r.MustGet(t, "ConfigMap", s.Name+"-model"), r.MustGet(t, "ServiceAccount", s.Name), r.MustGet(t, "Namespace", "ml-portfolio"),
				r.MustGet(t, "NetworkPolicy", s.Name), // or the fetcher's first attempts are in vain
			} {
				require.True(t, before[object.URN], "%s: after %s", s.Name, object)
			}
		}
		for _, grant := range r.ByType(p.GrantType) {
			require.True(t, r.Dependencies(grant)[cluster.URN], "%s: after the cluster", grant)
		}
		for _, egress := range []string{"RouterNat", "NatGateway", "VpcEndpoint"} {
			for _, way := range r.ByType(egress) {
				require.True(t, r.Dependencies(nodes)[way.URN], "nodes: after %s, or they pull no image", way)
			}
		}
	})
}

func TestProgram_outputs(t *testing.T) {
	want := []string{
		"buckets.datasets", "buckets.models", "cloud", "cluster.endpoint", "cluster.name", "kubeconfig", "namespace",
	}
	for _, s := range stacktest.Services {
		for _, key := range []string{"config", "deployment", "identity", "model.bucket", "model.path", "model.sha256", "service"} {
			want = append(want, "services."+s.Name+"."+key)
		}
	}
	slices.Sort(want)
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Equal(t, want, r.OutputKeys)
		if r.Preview {
			return
		}
		require.Equal(t, p.Stack, r.Outputs["cloud"])
		require.Equal(t, "ml-portfolio", r.Outputs["namespace"])
		for _, s := range stacktest.Services {
			require.Equal(t, map[string]any{
				"deployment": s.Deployment, "service": s.ServiceName, "identity": p.Identity(s.Deployment), "config": s.Name + "-model-0a1b2c3",
				"model": map[string]string{"bucket": p.Buckets["models"], "path": s.ModelPath, "sha256": stacktest.Digest},
			}, r.Outputs["services"].(map[string]any)[s.Name])
		}
	})
}

// A preview of a fresh stack shows every resource that an update makes.
func TestProgram_previewRegistersSameResources(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			names := func(preview bool) []string {
				var all []string
				for _, each := range stacktest.RunSettings(t, stacktest.Settings(t, p.Stack, nil), p.Stack, preview).Registrations {
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
func TestProgram_withoutReleases(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, map[string]any{"releases": nil})
			require.Len(t, stacktest.KubernetesObjects(r), 2, "the namespace, and its default")
			require.Len(t, r.ByType(p.ClusterType), 1)
			require.Empty(t, stacktest.ServiceGrants(p, r))
			require.Empty(t, r.Outputs["services"])
			require.Len(t, r.Outputs["buckets"], 2)
		})
	}
}

func TestProgram_invalidConfigRegistersNothing(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"unknown key":   {"releses": object{}},
		"another cloud": {"cloud": "aks"},
		"path goes up":  {"releases.bankchurn.artifacts.model.path": "bankchurn/../x"},
	} {
		for _, p := range stacktest.Platforms {
			t.Run(name+"/"+p.Stack, func(t *testing.T) {
				s := stacktest.Settings(t, p.Stack, set)
				program := stack.Program{ConfigKeys: s.Keys()}
				record, err := stacktest.Run(program.RegisterResources, p.Stack, s, false)
				var faults config.Faults
				require.ErrorAs(t, err, &faults)
				require.Len(t, faults, 1)
				require.Empty(t, record.Registrations)
			})
		}
	}
}

// The engine starts the program by Deploy, which exports what declare returns.
func TestProgram_deploy(t *testing.T) {
	s := stacktest.Settings(t, "gke", nil)
	program := stack.Program{ConfigKeys: s.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, "gke", s, false)
	require.NoError(t, err)
	require.Len(t, record.Registrations, len(stacktest.Up(t, "gke", nil).Registrations))
}

func TestProgram_readConfigKeys(t *testing.T) {
	var program stack.Program
	program.ReadConfigKeys(&pulumi.RunInfo{Config: map[string]string{"modelferry:cloud": "gke", "aws:region": "x"}})
	require.Equal(t, []string{"aws:region", "modelferry:cloud"}, program.ConfigKeys)
}
