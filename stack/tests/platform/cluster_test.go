// Package platform tests the cloud resources that the program registers: network, cluster, node pools, buckets,
// registry and identities.
package platform

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

func TestCluster_gkePrivateWithWorkloadIdentity(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	cluster := r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, "modelferry-demo.svc.id.goog", cluster.Input("workloadIdentityConfig.workloadPool"))
	require.Equal(t, object{"enablePrivateNodes": true, "enablePrivateEndpoint": false, "masterIpv4CidrBlock": "172.31.255.240/28",
		"masterGlobalAccessConfig": object{"enabled": true}}, cluster.Input("privateClusterConfig"))
	require.Equal(t, []any{object{"cidrBlock": "203.0.113.0/24"}}, cluster.Input("masterAuthorizedNetworksConfig.cidrBlocks"))
	require.Equal(t, false, cluster.Input("masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled"),
		"virtual machines of other customers have addresses of Google Cloud")
	require.Equal(t, "VPC_NATIVE", cluster.Input("networkingMode"))
	require.Equal(t, true, cluster.Input("deletionProtection"))
	require.Equal(t, true, cluster.Input("removeDefaultNodePool"))
	require.Equal(t, true, cluster.Input("enableShieldedNodes"))
	require.Equal(t, "europe-west1", cluster.Input("location"))
	nodes := r.MustGet(t, "gcp:container/nodePool:NodePool", "modelferry")
	require.Equal(t, object{"totalMinNodeCount": 1., "totalMaxNodeCount": 5., "locationPolicy": "BALANCED"}, nodes.Input("autoscaling"),
		"limits are totals of all zones")
	require.Equal(t, "e2-standard-2", nodes.Input("nodeConfig.machineType"))
	require.Equal(t, "GKE_METADATA", nodes.Input("nodeConfig.workloadMetadataConfig.mode"), "a pod must not get the node's token")
	require.Equal(t, "modelferry-nodes@modelferry-demo.iam.gserviceaccount.com", nodes.Input("nodeConfig.serviceAccount"))
}

func TestCluster_eksPrivateWithOIDCProvider(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	cluster := r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry")
	private := []any{"modelferry-private-0-id", "modelferry-private-1-id", "modelferry-private-2-id"}
	require.Equal(t, object{
		"subnetIds": private, "endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"},
	}, cluster.Input("vpcConfig"))
	require.Len(t, cluster.Input("enabledClusterLogTypes"), 5)
	provider := r.MustGet(t, "OpenIdConnectProvider", "modelferry")
	require.Equal(t, stacktest.OIDCIssuer, provider.Input("url"))
	require.Equal(t, []any{"sts.amazonaws.com"}, provider.Input("clientIdLists"))
	nodes := r.MustGet(t, "aws:eks/nodeGroup:NodeGroup", "modelferry")
	require.Equal(t, private, nodes.Input("subnetIds"))
	require.Equal(t, object{"minSize": 1., "maxSize": 5., "desiredSize": 1.}, nodes.Input("scalingConfig"))
	require.Equal(t, []string{"scalingConfig.desiredSize"}, nodes.IgnoreChanges, "the Cluster Autoscaler changes it")
	require.True(t, r.Dependencies(r.MustGet(t, "Addon", "modelferry-coredns"))[r.MustGet(t, "NodeGroup", "modelferry-system").URN],
		"CoreDNS runs on the system nodes")
}

func TestCluster_gkeZonal(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"cluster.location": "europe-west1-b"})
	require.Equal(t, "europe-west1-b", r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("location"))
	for _, nodes := range r.ByType("gcp:container/nodePool:NodePool") {
		require.Equal(t, "europe-west1-b", nodes.Input("location"), nodes)
	}
	require.Equal(t, "europe-west1", r.MustGet(t, "Subnetwork", "modelferry").Input("region"), "subnetworks are regional")
}

func TestCluster_gkeReleaseChannel(t *testing.T) {
	for channel, want := range map[string]string{"": "REGULAR", "STABLE": "STABLE"} {
		settings := map[string]any{}
		if channel != "" {
			settings["cluster.create.releaseChannel"] = channel
		}
		require.Equal(t, want,
			stacktest.Up(t, "gke", settings).MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("releaseChannel.channel"))
	}
}

func TestCluster_noPublicEndpointWithoutAuthorizedNetworks(t *testing.T) {
	const private = "cluster.create.privateEndpoint.authorizedNetworks"
	set := map[string]any{"cluster.create.authorizedNetworks": []any{}, private: []any{"10.8.0.0/16"}}
	gke := stacktest.Up(t, "gke", set).MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, true, gke.Input("privateClusterConfig.enablePrivateEndpoint"))
	require.Equal(t, []any{object{"cidrBlock": "10.8.0.0/16"}}, gke.Input("masterAuthorizedNetworksConfig.cidrBlocks"))
	eks := stacktest.Up(t, "eks", set).MustGet(t, "aws:eks/cluster:Cluster", "modelferry")
	require.Equal(t, false, eks.Input("vpcConfig.endpointPublicAccess"))
	require.Nil(t, eks.Input("vpcConfig.publicAccessCidrs"))
}

// With both lists GKE has both endpoints, and one list of networks.
func TestCluster_gkeBothEndpoints(t *testing.T) {
	gke := stacktest.Up(t, "gke", map[string]any{"cluster.create.privateEndpoint.authorizedNetworks": []any{"10.8.0.0/16"}}).
		MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, false, gke.Input("privateClusterConfig.enablePrivateEndpoint"))
	require.Equal(t, []any{object{"cidrBlock": "203.0.113.0/24"}, object{"cidrBlock": "10.8.0.0/16"}},
		gke.Input("masterAuthorizedNetworksConfig.cidrBlocks"))
}

// The security group of an EKS cluster admits its members only. Pulumi uses the API server after the others may, too.
func TestCluster_eksPrivateEndpointNetworks(t *testing.T) {
	require.Empty(t, stacktest.Up(t, "eks", nil).ByType("SecurityGroupIngressRule"))
	for _, public := range [][]any{{}, {"203.0.113.0/24"}} {
		r := stacktest.Up(t, "eks", map[string]any{
			"cluster.create.authorizedNetworks":                 public,
			"cluster.create.privateEndpoint.authorizedNetworks": []any{"10.8.0.0/16", "172.16.0.0/12"},
		})
		provider := r.MustGet(t, "pulumi:providers:kubernetes", "modelferry")
		require.Len(t, r.ByType("SecurityGroupIngressRule"), 2)
		for _, cidr := range []string{"10.8.0.0/16", "172.16.0.0/12"} {
			rule := r.MustGet(t, "SecurityGroupIngressRule", "modelferry-endpoint-"+cidr)
			require.Equal(t, object{
				"securityGroupId": stacktest.SecurityGroup, "cidrIpv4": cidr, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
				"description": "private endpoint of the API server",
			}, rule.Inputs)
			require.True(t, r.Dependencies(provider)[rule.URN], "the provider depends on %s", rule)
		}
	}
}

// kubeconfigUsers are the endpoints and credential plugins of the kubeconfigs: of the output, for people, and of the
// Kubernetes provider.
var kubeconfigUsers = map[string]struct {
	url, command       string
	args, providerArgs any
}{
	"gke": {"https://" + stacktest.GKEEndpoint, "gke-gcloud-auth-plugin", nil, []any{"--use_application_default_credentials"}},
	"eks": {stacktest.EKSEndpoint, "aws", eksTokenArgs, eksTokenArgs},
}

var eksTokenArgs = []any{"eks", "get-token", "--cluster-name", "CLUSTER", "--region", "eu-west-1", "--output", "json"}

func requireKubeconfig(t *testing.T, p stacktest.Platform, cluster string, r *stacktest.Record) {
	t.Helper()
	want := kubeconfigUsers[p.Stack]
	for _, k := range []struct{ text, args any }{
		{r.Outputs["kubeconfig"], want.args},
		{r.MustGet(t, "pulumi:providers:kubernetes", "modelferry").Input("kubeconfig"), want.providerArgs},
	} {
		text, args := k.text, k.args
		var document object
		require.NoError(t, json.Unmarshal([]byte(text.(string)), &document))
		kubeconfig := stacktest.Registration{Inputs: document}
		require.Equal(t, object{"server": want.url, "certificate-authority-data": stacktest.ClusterCA},
			kubeconfig.Input("clusters[0].cluster"))
		require.Equal(t, want.command, kubeconfig.Input("users[0].user.exec.command"))
		if list, ok := args.([]any); ok {
			list = slices.Clone(list)
			if i := slices.Index(list, any("CLUSTER")); i >= 0 {
				list[i] = cluster
			}
			args = list
		}
		require.Equal(t, args, kubeconfig.Input("users[0].user.exec.args"))
		require.Equal(t, true, kubeconfig.Input("users[0].user.exec.provideClusterInfo"))
		require.Equal(t, cluster, kubeconfig.Input("current-context"))
		require.NotContains(t, text, "token\":", "must not contain a credential")
	}
}

func TestKubeconfig_execPlugin(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) { requireKubeconfig(t, p, "modelferry", stacktest.Up(t, p.Stack, nil)) })
	}
}

// Without the cluster's identity, Pulumi's Kubernetes plugin replaces every object when the endpoint changes.
func TestKubernetesProvider_clusterIdentifier(t *testing.T) {
	for _, c := range []struct {
		stack, want string
		set         map[string]any
	}{
		{"gke", "modelferry-id", nil},
		{"gke", stacktest.GKELocation + "/clusters/production", map[string]any{"cluster": object{"existing": "production"}}},
		{"eks", stacktest.ClusterArn, nil},
		{"eks", stacktest.ClusterArn, map[string]any{"cluster": object{"existing": "production"}}},
	} {
		provider := stacktest.Up(t, c.stack, c.set).MustGet(t, "pulumi:providers:kubernetes", "modelferry")
		require.Equal(t, c.want, provider.Input("clusterIdentifier"), "%s %v", c.stack, c.set)
	}
}

// With an existing cluster, no cluster resource is registered, and the Kubernetes objects are the same.
func TestCluster_existing(t *testing.T) {
	set := map[string]any{"cluster": object{"existing": "production"}}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			created, r := stacktest.Up(t, p.Stack, nil), stacktest.Up(t, p.Stack, set)
			for _, typ := range []string{p.ClusterType, p.NodePoolType, p.NetworkType, "OpenIdConnectProvider", "Subnet", "Subnetwork"} {
				require.Empty(t, r.ByType(typ), typ)
			}
			requireKubeconfig(t, p, "production", r)
			diff := slices.DeleteFunc(stacktest.DiffObjects(p, p, stacktest.KubernetesObjects(created), stacktest.KubernetesObjects(r),
				stacktest.DiffExceptions), func(line string) bool {
				return strings.Contains(line, "affinity.nodeAffinity") // see TestDeployment_nodeAffinityOnExistingCluster
			})
			require.Empty(t, diff)
			require.Len(t, stacktest.ServiceGrants(p, r), len(stacktest.ServiceGrants(p, created)))
			for _, s := range stacktest.Services {
				if p.Stack == "eks" {
					require.Equal(t, created.MustGet(t, "Role", s.Deployment).Input("assumeRolePolicy"),
						r.MustGet(t, "Role", s.Deployment).Input("assumeRolePolicy"))
				}
			}
		})
	}
}

func TestCluster_deletionProtection(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			require.True(t, stacktest.Up(t, p.Stack, nil).MustGet(t, p.ClusterType, "modelferry").Protect,
				"a replacement would delete every service")
			unprotected := stacktest.Up(t, p.Stack, map[string]any{"cluster.create.deletionProtection": false})
			require.False(t, unprotected.MustGet(t, p.ClusterType, "modelferry").Protect)
		})
	}
}

func TestCluster_loggingAndSecretsEncryption(t *testing.T) {
	gke := stacktest.Up(t, "gke", nil).MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, []any{"SYSTEM_COMPONENTS", "WORKLOADS"}, gke.Input("loggingConfig.enableComponents"))
	require.Equal(t, object{"enableComponents": []any{"SYSTEM_COMPONENTS"}, "managedPrometheus": object{"enabled": true}},
		gke.Input("monitoringConfig"))
	require.Equal(t, object{"state": "DECRYPTED"}, gke.Input("databaseEncryption"),
		"has to be explicit, or a cluster that was encrypted would stay so")
	const key = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets"
	encrypted := stacktest.Up(t, "gke", map[string]any{"cluster.create.kmsKey": key})
	gke = encrypted.MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, object{"state": "ENCRYPTED", "keyName": key}, gke.Input("databaseEncryption"))
	grant := encrypted.MustGet(t, "CryptoKeyIAMMember", "modelferry")
	require.Equal(t, object{
		"cryptoKeyId": key, "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
		"member": "serviceAccount:service-" + stacktest.ProjectNumber + "@container-engine-robot.iam.gserviceaccount.com",
	}, grant.Inputs)
	require.True(t, encrypted.Dependencies(gke)[grant.URN], "the cluster cannot be created without the grant")

	r := stacktest.Up(t, "eks", nil)
	require.ElementsMatch(t, []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry").Input("enabledClusterLogTypes"))
	require.Equal(t, object{"provider": object{"keyArn": stacktest.KMSKeyArn("secrets")}, "resources": []any{"secrets"}},
		r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry").Input("encryptionConfig"))
	require.Equal(t, true, r.MustGet(t, "kms/key:Key", "secrets").Input("enableKeyRotation"))
	var addons []any
	for _, addon := range r.ByType("Addon") {
		addons = append(addons, addon.Input("addonName"))
	}
	require.ElementsMatch(t, []any{"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "metrics-server"}, addons)
}

// Pulumi's provider refuses a kubeconfig beside the directory, and takes the one in the environment if there is none.
func TestKubernetesProvider_rendersToDirectory(t *testing.T) {
	t.Setenv("KUBECONFIG", "/home/user/.kube/config")
	for _, name := range []string{"gke", "eks"} {
		s := stacktest.Settings(t, name, nil)
		program := stack.Program{ConfigKeys: s.Keys(), RenderDir: "/rendered"}
		r, err := stacktest.Run(program.RegisterResources, name, s, false)
		require.NoError(t, err)
		provider := r.MustGet(t, "pulumi:providers:kubernetes", "modelferry")
		require.Equal(t, "/rendered", provider.Input("renderYamlToDirectory"))
		require.Empty(t, provider.Input("kubeconfig"))
		require.Nil(t, stacktest.Up(t, name, nil).MustGet(t, "pulumi:providers:kubernetes", "modelferry").Input("renderYamlToDirectory"))
	}
}
