package gcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const (
	clusterType  = "gcp:container/cluster:Cluster"
	nodePoolType = "gcp:container/nodePool:NodePool"
)

var clusterResources = map[string]provider.Resource{
	clusterType: {
		Args: container.ClusterArgs{}, State: container.ClusterState{}, NameProperty: "name",
		ReplaceOnChanges: []string{
			"name", "project", "location", "network", "subnetwork", "datapathProvider", "networkingMode", "ipAllocationPolicy",
			"initialNodeCount", "enableAutopilot", "enableTpu", "defaultMaxPodsPerNode", "confidentialNodes",
			"privateClusterConfig.enablePrivateNodes", "privateClusterConfig.masterIpv4CidrBlock",
		},
		ID: provider.Template("projects/{project}/locations/{location}/clusters/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink": provider.Template(
				"https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}",
			),
			"endpoint":      clusterEndpoint,
			"masterAuth":    func(r *provider.Request) any { return map[string]any{"clusterCaCertificate": provider.ClusterCA(r)} },
			"masterVersion": provider.InputOr("minMasterVersion", provider.ConstOutput(kubernetesVersion)),
			"nodeVersion":   provider.ConstOutput(kubernetesVersion),
		},
		Create: func(_ context.Context, r *provider.Request) error {
			_, err := r.Cloud.Node() // the cluster is the node's Kubernetes, so the node has to run
			return err
		},
		Delete: checkDeletionProtection,
	},
	nodePoolType: {
		Args: container.NodePoolArgs{}, State: container.NodePoolState{}, NameProperty: "name",
		ReplaceOnChanges: []string{
			"name", "project", "location", "cluster", "initialNodeCount", "placementPolicy", "maxPodsPerNode", "namePrefix",
			"nodeConfig.ephemeralStorageLocalSsdConfig", "nodeConfig.guestAccelerators", "nodeConfig.metadata",
			"nodeConfig.oauthScopes", "nodeConfig.preemptible", "nodeConfig.serviceAccount",
			"nodeConfig.shieldedInstanceConfig", "nodeConfig.spot",
		},
		ID: provider.Template("projects/{project}/locations/{location}/clusters/{cluster}/nodePools/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"version":          provider.ConstOutput(kubernetesVersion),
			"initialNodeCount": provider.ConstOutput(0),
		},
		Update: checkUpdate,
	},
}

// checkUpdate returns GKE's error if an update removes the kubelet's configuration: the provider's request is empty.
// https://github.com/hashicorp/terraform-provider-google/issues/19842
func checkUpdate(_ context.Context, r *provider.Request) error {
	if !r.RemovesServerSet(kubeletConfig) {
		return nil
	}
	return fmt.Errorf("googleapi: Error 400: At least one of ['node_version', 'image_type', 'updated_node_pool', 'locations', " +
		"'workload_metadata_config', 'upgrade_settings', 'kubelet_config', 'linux_node_config', …] must be specified")
}

const kubernetesVersion = "1.34.1-gke.1"

// clusterEndpoint returns the API server's address without scheme: the node's, or offline one that is reserved for
// documentation.
func clusterEndpoint(r *provider.Request) any {
	if r.Cloud == nil {
		return "192.0.2.10"
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Errorf("cluster %q: %w", r.GetString("name"), err)
	}
	return strings.TrimPrefix(node.APIServerURL, "https://")
}

// checkDeletionProtection returns an error unless deletionProtection is false. As in pulumi-gcp, the default is true.
func checkDeletionProtection(_ context.Context, r *provider.Request) error {
	if protected, set := r.Get("deletionProtection").(bool); protected || !set {
		return fmt.Errorf("cluster %q has deletion protection: set deletionProtection to false, run `pulumi up`, then delete it",
			r.GetString("name"))
	}
	return nil
}
