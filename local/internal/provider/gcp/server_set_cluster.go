package gcp

import (
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const clusterSource = "container/resource_container_cluster.go"

var clusterServerSet = map[string]provider.ServerSetProperty{
	// GKE enables it in some clusters. https://github.com/hashicorp/terraform-provider-google/issues/24718
	"enableL4IlbSubsetting": {
		Value: provider.ConstOutput(true), Default: false, Replace: true, Source: providerSource + clusterSource + "#L2009-L2014",
	},
	// After the default node pool was removed, it is that of another node pool.
	"nodeConfig": {
		Value: otherNodeConfig, Overrides: true, Later: true, Replace: true,
		Source: providerSource + clusterSource + "#L2888",
	},
	"databaseEncryption.state": {
		Value: encryptionState, Overrides: true, Source: "https://github.com/hashicorp/terraform-provider-google/issues/26882",
	},
	"network":    reference("network", "", "global/networks", clusterSource+"#L1434-L1442"),
	"subnetwork": reference("subnetwork", "", "regions/{location}/subnetworks", clusterSource+"#L1565-L1572"),

	"addonsConfig": computed(map[string]any{
		"networkPolicyConfig": map[string]any{"disabled": true}, "gcePersistentDiskCsiDriverConfig": map[string]any{"enabled": true},
	}, clusterSource+"#L292-L575"),
	"clusterAutoscaling":    computed(map[string]any{"enabled": false, "autoscalingProfile": "BALANCED"}, clusterSource+"#L576-L857"),
	"clusterIpv4Cidr":       computed("172.20.0.0/14", clusterSource+"#L858-L867"),
	"defaultMaxPodsPerNode": computed(110, clusterSource+"#L1805-L1813"),
	"loggingService":        computed("logging.googleapis.com/kubernetes", clusterSource+"#L1041-L1049"),
	"monitoringConfig.advancedDatapathObservabilityConfig": computed(
		map[string]any{"enableMetrics": false, "enableRelay": false}, clusterSource+"#L1256-L1291"),
	"monitoringService":     computed("monitoring.googleapis.com/kubernetes", clusterSource+"#L1425-L1433"),
	"nodeLocations":         {Value: zonesOfRegion, Computed: true, Source: providerSource + clusterSource + "#L277-L284"},
	"securityPostureConfig": computed(map[string]any{"mode": "BASIC"}, clusterSource+"#L1196-L1222"),
}

// otherNodeConfig returns the node configuration of a node pool of the cluster.
func otherNodeConfig(r *provider.Request) any {
	for _, pool := range r.Records(nodePoolType) {
		if pool.Outputs["cluster"] == r.GetString("name") {
			return pool.Outputs["nodeConfig"]
		}
	}
	return nil
}

// encryptionState returns the state that GKE reports from version 1.35 if Secrets are encrypted with a key.
func encryptionState(r *provider.Request) any {
	parts := strings.SplitN(r.GetString("masterVersion"), ".", 3)
	if r.GetString("databaseEncryption.state") != "ENCRYPTED" || len(parts) < 2 {
		return nil
	}
	if minor, err := strconv.Atoi(parts[1]); err != nil || minor < 35 {
		return nil
	}
	return "ALL_OBJECTS_ENCRYPTION_ENABLED"
}

// zonesOfRegion returns three zones of the location, or the location if it is a zone.
func zonesOfRegion(r *provider.Request) any {
	location := r.GetString("location")
	if strings.Count(location, "-") > 1 {
		return []any{location}
	}
	return []any{location + "-b", location + "-c", location + "-d"}
}
