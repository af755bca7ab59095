// Package program tests the complete program: registration order, outputs, plans, parity of the clouds, and
// invariants that hold for every config.
package program

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// A pod that starts before its grants is denied access, one that is created before the nodes stays pending, and a
// grant before the cluster refers to a workload identity pool that does not exist.
func TestProgram_registrationOrder(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		cluster, nodes := r.MustGet(t, p.ClusterType, "modelferry"), r.MustGet(t, p.NodePoolType, "modelferry")
		for _, s := range stacktest.Services {
			dependencies := r.Dependencies(stacktest.GetDeployment(t, r, s))
			require.True(t, dependencies[cluster.URN] && dependencies[nodes.URN], "%s: has to depend on the cluster and its nodes", s.Name)
			var grants int
			for _, grant := range r.ByType(p.GrantType) {
				if grant.Name == s.Deployment || strings.HasPrefix(grant.Name, s.Deployment+"-") {
					grants++
					require.True(t, dependencies[grant.URN], "%s: has to depend on %s", s.Name, grant)
				}
			}
			require.NotZero(t, grants)
			for _, object := range []stacktest.Registration{
				r.MustGet(t, "ConfigMap", s.Name+"-model"), r.MustGet(t, "ServiceAccount", s.Name),
				r.MustGet(t, "Namespace", "ml-portfolio"),
				r.MustGet(t, "NetworkPolicy", s.Name), // the fetcher's first attempts would fail without it
			} {
				require.True(t, dependencies[object.URN], "%s: has to depend on %s", s.Name, object)
			}
		}
		for _, grant := range r.ByType(p.GrantType) {
			require.True(t, r.Dependencies(grant)[cluster.URN], "%s: has to depend on the cluster", grant)
		}
		for _, typ := range []string{"RouterNat", "NatGateway", "VpcEndpoint"} {
			for _, egress := range r.ByType(typ) {
				require.True(t, r.Dependencies(nodes)[egress.URN], "nodes: have to depend on %s to pull images", egress)
			}
		}
	})
}

func TestProgram_outputs(t *testing.T) {
	want := []string{
		"buckets.datasets", "buckets.models", "cloud", "cluster.endpoint", "cluster.identityProvider", "cluster.name",
		"cluster.securityGroup", "kubeconfig", "namespace", "network.id", "network.publicSubnets", "network.subnets",
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
				"deployment": s.Deployment, "service": s.ServiceName, "identity": p.Identity(s.Deployment),
				"config": s.Name + "-model-0a1b2c3",
				"model":  map[string]string{"bucket": p.Buckets["models"], "path": s.ModelPath, "sha256": stacktest.Digest},
			}, r.Outputs["services"].(map[string]any)[s.Name])
		}
	})
}

// What tools outside the program need, such as the load balancer controller of EKS.
func TestProgram_networkOutputs(t *testing.T) {
	const selfLink = "https://www.googleapis.com/compute/v1/modelferry"
	gkePool := "modelferry-demo.svc.id.goog"
	private := []any{"modelferry-private-0-id", "modelferry-private-1-id", "modelferry-private-2-id"}
	public := []any{"modelferry-public-0-id", "modelferry-public-1-id", "modelferry-public-2-id"}
	existing := map[string]any{"cluster": object{"existing": "main"}}
	podIdentity := map[string]any{"cluster": object{"existing": "main"}, "identity": "podIdentity"}
	type outputs struct {
		network                         object
		identityProvider, securityGroup string
	}
	for name, test := range map[string]struct {
		stack string
		set   map[string]any
		want  outputs
	}{
		"gke": {"gke", nil, outputs{object{"id": selfLink, "subnets": []any{selfLink}, "publicSubnets": []any{}}, gkePool, ""}},
		"gke, existing network": {"gke", map[string]any{"cluster.create.network.existing": stacktest.ExistingNetworks["gke"]}, outputs{
			object{"id": stacktest.ExistingNetworks["gke"]["network"], "subnets": []any{stacktest.ExistingNetworks["gke"]["subnetwork"]},
				"publicSubnets": []any{}}, gkePool, ""}},
		"gke, existing cluster": {"gke", existing, outputs{
			object{"id": "default", "subnets": []any{"default"}, "publicSubnets": []any{}}, gkePool, ""}},
		"eks": {"eks", nil, outputs{object{"id": "modelferry-id", "subnets": private, "publicSubnets": public},
			stacktest.OIDCProviderArn, stacktest.SecurityGroup}},
		"eks, existing network": {"eks", map[string]any{"cluster.create.network.existing": stacktest.ExistingNetworks["eks"]}, outputs{
			object{"id": "vpc-0a", "subnets": []any{"subnet-0a", "subnet-0b"}, "publicSubnets": []any{"subnet-0d"}},
			stacktest.OIDCProviderArn, stacktest.SecurityGroup}},
		"eks, existing cluster": {"eks", existing, outputs{
			object{"id": stacktest.VPC, "subnets": []any{stacktest.Subnet}, "publicSubnets": []any{}},
			stacktest.OIDCProviderArn, stacktest.SecurityGroup}},
		"eks, existing cluster with Pod Identity": {"eks", podIdentity, outputs{
			object{"id": stacktest.VPC, "subnets": []any{stacktest.Subnet}, "publicSubnets": []any{}}, "", stacktest.SecurityGroup}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(stacktest.Up(t, test.stack, test.set).Outputs)
			require.NoError(t, err)
			var outputs struct {
				Network object
				Cluster struct{ IdentityProvider, SecurityGroup string }
			}
			require.NoError(t, json.Unmarshal(got, &outputs))
			require.Equal(t, test.want.network, outputs.Network)
			require.Equal(t, test.want.identityProvider, outputs.Cluster.IdentityProvider)
			require.Equal(t, test.want.securityGroup, outputs.Cluster.SecurityGroup)
		})
	}
}

// The first preview of a stack shows every resource that the update creates.
func TestProgram_previewRegistersSameResources(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			urns := func(preview bool) []string {
				var urns []string
				for _, registration := range stacktest.RunStack(t, p.Stack, nil, preview).Registrations {
					urns = append(urns, registration.URN)
				}
				slices.Sort(urns)
				return urns
			}
			update := urns(false)
			require.Equal(t, update, urns(true))
			require.Equal(t, update, slices.Compact(slices.Clone(update)), "each resource once")
		})
	}
}

// A new stack has buckets, a cluster and the identities of all services before its first release: EKS injects
// credentials into a pod at its creation only, and applies an association after 5 to 10 seconds.
func TestProgram_withoutReleases(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, map[string]any{"releases": nil})
			require.Len(t, stacktest.KubernetesObjects(r), 2+len(stacktest.Services),
				"the namespace, its default-deny policy, and the service accounts")
			require.Len(t, r.ByType(p.ClusterType), 1)
			released := stacktest.Up(t, p.Stack, nil)
			require.Equal(t, identityInputs(p, released), identityInputs(p, r), "a release changes no identity")
			require.Empty(t, r.Outputs["services"])
			require.Len(t, r.Outputs["buckets"], 2)
		})
	}
}

// A release that is not published counts as no release, and has a warning.
func TestProgram_unpublishedReleases(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			settings, err := configtest.UnpublishedStack(p.Stack)
			require.NoError(t, err)
			unpublished := stacktest.RunSettings(t, p.Stack, settings, false)
			platform := stacktest.Up(t, p.Stack, map[string]any{"releases": nil})
			require.ElementsMatch(t, platform.Registrations, unpublished.Registrations)
			require.Equal(t, platform.Outputs, unpublished.Outputs)
			require.Empty(t, platform.Warnings)
			require.Len(t, unpublished.Warnings, 1+len(stacktest.Services))

			program := stack.Program{ConfigKeys: settings.Keys(), IncludeUnpublished: true}
			planned, err := stacktest.Run(program.RegisterResources, p.Stack, settings, false)
			require.NoError(t, err)
			require.Len(t, planned.Registrations, len(stacktest.Up(t, p.Stack, nil).Registrations))
			require.Equal(t, unpublished.Warnings, planned.Warnings)
		})
	}
}

// identityInputs returns the inputs of the services' grants and service accounts by URN.
func identityInputs(p stacktest.Platform, r *stacktest.Record) map[string]any {
	inputs := map[string]any{}
	identities := slices.Concat(stacktest.ServiceGrants(p, r), r.ByType("PodIdentityAssociation"), r.ByType("ServiceAccount"))
	for _, registration := range identities {
		inputs[registration.URN] = registration.Inputs
	}
	return inputs
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
				var validationErr *config.ValidationError
				require.ErrorAs(t, err, &validationErr)
				require.Len(t, validationErr.Errors, 1)
				require.Empty(t, record.Registrations)
			})
		}
	}
}

// Deploy is the function that the engine calls.
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
