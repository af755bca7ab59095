package gcp

import (
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const (
	nodePoolSource   = "container/resource_container_node_pool.go"
	nodeConfigSource = "container/node_config.go"
	kubeletConfig    = "nodeConfig.kubeletConfig"
)

var nodePoolServerSet = map[string]provider.ServerSetProperty{
	// https://github.com/hashicorp/terraform-provider-google/issues/19842
	kubeletConfig: {
		Value:  provider.ConstOutput(map[string]any{"cpuManagerPolicy": "", "podPidsLimit": 0}),
		Source: providerSource + nodeConfigSource + "#L571-L602",
	},
	"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model": {
		Value: provisioningModel, Source: providerSource + nodeConfigSource + "#L228-L234",
	},
	// https://cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels#automatically-applied-labels
	"nodeConfig.resourceLabels.goog-gke-accelerator-type": {
		Value: acceleratorType, Source: providerSource + nodeConfigSource + "#L228-L234",
	},
	// https://github.com/hashicorp/terraform-provider-google/issues/17068
	"nodeConfig.ephemeralStorageLocalSsdConfig": {
		Value: attachedLocalSSDs, Replace: true, Source: providerSource + nodeConfigSource + "#L265-L283",
	},
	"nodeCount": {Value: nodeCount, Later: true, Computed: true, Source: providerSource + nodePoolSource + "#L344-L351"},

	"maxPodsPerNode": computed(110, nodePoolSource+"#L226-L233"),
	"networkConfig": computed(
		map[string]any{"createPodRange": false, "enablePrivateNodes": true, "podRange": "pods"}, nodePoolSource+"#L359-L480"),
	"nodeConfig.diskType":       computed("pd-balanced", nodeConfigSource+"#L125-L131"),
	"nodeConfig.imageType":      computed("COS_CONTAINERD", nodeConfigSource+"#L210-L217"),
	"nodeConfig.loggingVariant": computed("DEFAULT", nodeConfigSource+"#L76-L84"),
	"nodeLocations":             {Value: zonesOfRegion, Computed: true, Source: providerSource + nodePoolSource + "#L234-L241"},
}

// provisioningModel returns the value of the label that GKE sets on each node pool.
func provisioningModel(r *provider.Request) any {
	if r.GetBool("nodeConfig.spot") {
		return "spot"
	}
	return "on-demand"
}

// acceleratorType returns the value of the label that GKE sets on a node pool with GPUs.
func acceleratorType(r *provider.Request) any { return r.Get("nodeConfig.guestAccelerators.0.type") }

// attachedLocalSSDs returns the configuration that GKE sets for a machine type that includes local SSDs.
func attachedLocalSSDs(r *provider.Request) any {
	if !strings.HasSuffix(r.GetString("nodeConfig.machineType"), "-lssd") {
		return nil
	}
	return map[string]any{"localSsdCount": 1}
}

// nodeCount returns the number of nodes in each zone after the autoscaler has added one.
func nodeCount(r *provider.Request) any {
	initial, _ := r.Get("initialNodeCount").(float64)
	return initial + 1
}
