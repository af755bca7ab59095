// Package platform tests what the program registers of a cloud: network, cluster, node pools, buckets, registry, identities.
package platform

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

func TestClusterOnGKEIsPrivateWithWorkloadIdentity(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	cluster := r.One(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, "modelferry-demo.svc.id.goog", cluster.At("workloadIdentityConfig.workloadPool"))
	require.Equal(t, object{"enablePrivateNodes": true, "enablePrivateEndpoint": false, "masterIpv4CidrBlock": "172.31.255.240/28"}, cluster.At("privateClusterConfig"))
	require.Equal(t, []any{object{"cidrBlock": "203.0.113.0/24"}}, cluster.At("masterAuthorizedNetworksConfig.cidrBlocks"))
	require.Equal(t, "VPC_NATIVE", cluster.At("networkingMode"))
	require.Equal(t, true, cluster.At("deletionProtection"))
	require.Equal(t, true, cluster.At("removeDefaultNodePool"))
	require.Equal(t, true, cluster.At("enableShieldedNodes"))
	require.Equal(t, "europe-west1", cluster.At("location"))
	nodes := r.One(t, "gcp:container/nodePool:NodePool", "modelferry")
	require.Equal(t, object{"totalMinNodeCount": 1., "totalMaxNodeCount": 5., "locationPolicy": "BALANCED"}, nodes.At("autoscaling"), "over all zones together")
	require.Equal(t, "e2-medium", nodes.At("nodeConfig.machineType"))
	require.Equal(t, "GKE_METADATA", nodes.At("nodeConfig.workloadMetadataConfig.mode"), "a pod must not have the node's token")
	require.Equal(t, "modelferry-nodes@modelferry-demo.iam.gserviceaccount.com", nodes.At("nodeConfig.serviceAccount"))
}

func TestClusterOnEKSIsPrivateWithAnOIDCProvider(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	cluster := r.One(t, "aws:eks/cluster:Cluster", "modelferry")
	private := []any{"modelferry-private-0-id", "modelferry-private-1-id", "modelferry-private-2-id"}
	require.Equal(t, object{
		"subnetIds": private, "endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"},
	}, cluster.At("vpcConfig"))
	require.Len(t, cluster.At("enabledClusterLogTypes"), 5)
	provider := r.One(t, "OpenIdConnectProvider", "modelferry")
	require.Equal(t, stacktest.Issuer, provider.At("url"))
	require.Equal(t, []any{"sts.amazonaws.com"}, provider.At("clientIdLists"))
	nodes := r.One(t, "aws:eks/nodeGroup:NodeGroup", "modelferry")
	require.Equal(t, private, nodes.At("subnetIds"))
	require.Equal(t, object{"minSize": 1., "maxSize": 5., "desiredSize": 1.}, nodes.At("scalingConfig"))
	require.Equal(t, []string{"scalingConfig.desiredSize"}, nodes.IgnoreChanges, "the autoscaler moves it")
	require.True(t, r.Before(r.One(t, "Addon", "modelferry-coredns"))[r.One(t, "NodeGroup", "modelferry-system").URN], "DNS runs there")
}

func TestClusterOnGKEMayBeZonal(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"cluster.location": "europe-west1-b"})
	require.Equal(t, "europe-west1-b", r.One(t, "gcp:container/cluster:Cluster", "modelferry").At("location"))
	for _, nodes := range r.Of("gcp:container/nodePool:NodePool") {
		require.Equal(t, "europe-west1-b", nodes.At("location"), nodes)
	}
	require.Equal(t, "europe-west1", r.One(t, "Subnetwork", "modelferry").At("region"), "a network is of a region")
}

func TestClusterOnGKEFollowsAReleaseChannel(t *testing.T) {
	for set, want := range map[string]string{"": "REGULAR", "STABLE": "STABLE"} {
		settings := map[string]any{}
		if set != "" {
			settings["cluster.create.releaseChannel"] = set
		}
		require.Equal(t, want, stacktest.Up(t, "gke", settings).One(t, "gcp:container/cluster:Cluster", "modelferry").At("releaseChannel.channel"))
	}
}

func TestNoAuthorizedNetworkMeansNoPublicEndpoint(t *testing.T) {
	set := map[string]any{"cluster.create.authorizedNetworks": []any{}}
	gke := stacktest.Up(t, "gke", set).One(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, true, gke.At("privateClusterConfig.enablePrivateEndpoint"))
	eks := stacktest.Up(t, "eks", set).One(t, "aws:eks/cluster:Cluster", "modelferry")
	require.Equal(t, false, eks.At("vpcConfig.endpointPublicAccess"))
	require.Nil(t, eks.At("vpcConfig.publicAccessCidrs"))
}

// kubeconfigs are what kubectl and the provider log in with, on each cloud.
var kubeconfigs = map[string]struct {
	url, command string
	args         []any
}{
	"gke": {"https://" + stacktest.GKEAddress, "gke-gcloud-auth-plugin", nil},
	"eks": {stacktest.EKSURL, "aws", []any{"eks", "get-token", "--cluster-name", "CLUSTER", "--region", "eu-west-1", "--output", "json"}},
}

func requireKubeconfig(t *testing.T, p stacktest.Platform, cluster string, r *stacktest.Record) {
	t.Helper()
	provider := r.One(t, "pulumi:providers:kubernetes", "modelferry")
	var document object
	require.NoError(t, json.Unmarshal([]byte(provider.At("kubeconfig").(string)), &document))
	written := stacktest.Registration{Inputs: document}
	want := kubeconfigs[p.Stack]
	require.Equal(t, object{"server": want.url, "certificate-authority-data": stacktest.CA}, written.At("clusters[0].cluster"))
	require.Equal(t, want.command, written.At("users[0].user.exec.command"))
	if want.args != nil {
		args := append([]any{}, want.args...)
		args[3] = cluster
		require.Equal(t, args, written.At("users[0].user.exec.args"))
	}
	require.Equal(t, true, written.At("users[0].user.exec.provideClusterInfo"))
	require.Equal(t, cluster, written.At("current-context"))
	require.NotContains(t, provider.At("kubeconfig"), "token\":", "it holds no secret")
	require.Equal(t, r.Outputs["kubeconfig"], provider.At("kubeconfig"))
}

func TestKubeconfigLogsInByTheCloudsPlugin(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) { requireKubeconfig(t, p, "modelferry", stacktest.Up(t, p.Stack, nil)) })
	}
}

// An existing cluster: nothing of it is made, everything on it is the same.
func TestExistingCluster(t *testing.T) {
	set := map[string]any{"cluster": object{"existing": "production"}}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			created, r := stacktest.Up(t, p.Stack, nil), stacktest.Up(t, p.Stack, set)
			for _, typ := range []string{p.ClusterType, p.NodePoolType, p.NetworkType, "OpenIdConnectProvider", "Subnet", "Subnetwork"} {
				require.Empty(t, r.Of(typ), typ)
			}
			requireKubeconfig(t, p, "production", r)
			differ := slices.DeleteFunc(stacktest.DiffObjects(p, p, stacktest.KubernetesObjects(created), stacktest.KubernetesObjects(r)), func(each string) bool {
				return strings.Contains(each, "affinity.nodeAffinity") // TestPodsTakeWhatNodesAClusterHas: it may have no nodes of the services' own
			})
			require.Empty(t, differ)
			require.Len(t, stacktest.ServiceGrants(p, r), len(stacktest.ServiceGrants(p, created)))
			for _, s := range stacktest.Services {
				if p.Stack == "eks" {
					require.Equal(t, created.One(t, "Role", s.Deployment).At("assumeRolePolicy"), r.One(t, "Role", s.Deployment).At("assumeRolePolicy"))
				}
			}
		})
	}
}

// A cluster that goes takes every service with it.
func TestClusterIsGuarded(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			require.True(t, stacktest.Up(t, p.Stack, nil).One(t, p.ClusterType, "modelferry").Protected, "from being deleted, and from being replaced")
			open := stacktest.Up(t, p.Stack, map[string]any{"cluster.create.deletionProtection": false})
			require.False(t, open.One(t, p.ClusterType, "modelferry").Protected)
		})
	}
}

func TestClusterIsSeenAndItsSecretsAreEncrypted(t *testing.T) {
	gke := stacktest.Up(t, "gke", nil).One(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, []any{"SYSTEM_COMPONENTS", "WORKLOADS"}, gke.At("loggingConfig.enableComponents"))
	require.Equal(t, object{"enableComponents": []any{"SYSTEM_COMPONENTS"}, "managedPrometheus": object{"enabled": true}}, gke.At("monitoringConfig"))
	require.Equal(t, object{"state": "DECRYPTED"}, gke.At("databaseEncryption"), "said outright, for one that was encrypted before")
	const key = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets"
	encrypted := stacktest.Up(t, "gke", map[string]any{"cluster.create.kmsKey": key})
	gke = encrypted.One(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, object{"state": "ENCRYPTED", "keyName": key}, gke.At("databaseEncryption"))
	usable := encrypted.One(t, "CryptoKeyIAMMember", "modelferry")
	require.Equal(t, object{
		"cryptoKeyId": key, "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
		"member": "serviceAccount:service-" + stacktest.ProjectNumber + "@container-engine-robot.iam.gserviceaccount.com",
	}, usable.Inputs)
	require.True(t, encrypted.Before(gke)[usable.URN], "or the cluster cannot be made")

	r := stacktest.Up(t, "eks", nil)
	require.ElementsMatch(t, []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		r.One(t, "aws:eks/cluster:Cluster", "modelferry").At("enabledClusterLogTypes"))
	require.Equal(t, object{"provider": object{"keyArn": stacktest.KeyArn("secrets")}, "resources": []any{"secrets"}},
		r.One(t, "aws:eks/cluster:Cluster", "modelferry").At("encryptionConfig"))
	require.Equal(t, true, r.One(t, "kms/key:Key", "secrets").At("enableKeyRotation"))
	var addons []any
	for _, each := range r.Of("Addon") {
		addons = append(addons, each.At("addonName"))
	}
	require.ElementsMatch(t, []any{"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "metrics-server"}, addons)
}
