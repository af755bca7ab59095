package gcp

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// quotas have the names of Compute Engine. Only the number of networks has a default here: those of a region differ
// from project to project.
// https://cloud.google.com/compute/resource-usage
var quotas = []provider.Quota{
	// https://github.com/redpanda-data/redpanda/issues/15472 https://github.com/trailofbits/algo/issues/1520
	{
		Name:    "NETWORKS",
		Default: 5,
		Usage:   provider.CountOf(networkType),
		Message: provider.ConstOutput(
			"Error waiting to create Network: Error waiting for Creating Network: Quota 'NETWORKS' exceeded.  Limit: {limit} globally.",
		),
	},
	nodeQuota("CPUS", nodeCPUs),
	nodeQuota("SSD_TOTAL_GB", nodeSSDs),
}

// nodeQuota is a quota of the nodes with which a cluster or node pool starts.
// https://github.com/kaiwaehner/hivemq-mqtt-tensorflow-kafka-realtime-iot-machine-learning-training-inference/issues/48
func nodeQuota(name string, perNode func(config map[string]any) float64) provider.Quota {
	return provider.Quota{
		Name: name,
		Usage: func(record cloudstate.Resource, _ *cloudstate.Cloud) float64 {
			if record.Type != nodePoolType && record.Type != clusterType {
				return 0
			}
			nodes, _ := record.Inputs["initialNodeCount"].(float64)
			if !zoneName.MatchString(fmt.Sprint(record.Outputs["location"])) {
				nodes *= regionalZones
			}
			config, _ := record.Inputs["nodeConfig"].(map[string]any)
			return nodes * perNode(config)
		},
		Message: func(r *provider.Request) any {
			prefix := ""
			if r.Type == nodePoolType {
				prefix = "error creating NodePool: "
			}
			return fmt.Sprintf("%sgoogleapi: Error 403: Insufficient regional quota to satisfy request: resource %q: request requires "+
				"'{requested}' and is short '{short}'. project has a quota of '{limit}' with '{available}' available. "+
				"View and manage quotas at https://console.cloud.google.com/iam-admin/quotas?usage=USED&project=%v., forbidden", prefix, name, project(r))
		},
	}
}

// regionalZones is the number of zones that GKE chooses in a region.
// https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters
const regionalZones = 3

var zoneName = regexp.MustCompile(`^[a-z]+-[a-z]+\d+-[a-z]$`)

// nodeCPUs returns the CPUs of a machine type, which it ends in. GKE's default is e2-medium, with two.
func nodeCPUs(config map[string]any) float64 {
	machineType, _ := config["machineType"].(string)
	cpus := 2.0
	_, _ = fmt.Sscanf(machineType[strings.LastIndex(machineType, "-")+1:], "%g", &cpus) // e2-medium has no number
	return cpus
}

// nodeSSDs returns the GB of SSDs of a node. GKE's default is 100 GB of pd-balanced, which counts as SSD.
// https://cloud.google.com/compute/resource-usage#disk_quota
func nodeSSDs(config map[string]any) float64 {
	if config["diskType"] == "pd-standard" {
		return 0
	}
	if size, isSet := config["diskSizeGb"].(float64); isSet {
		return size
	}
	return 100
}
