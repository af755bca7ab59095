package gcp

// enums are the values that terraform-provider-google-beta 5.42.0, which pulumi-gcp 7.38.0 is, accepts for the
// properties that the program sets: ValidateFunc in its resources.
// https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/services
var enums = map[string]map[string][]string{
	clusterType: {
		"releaseChannel.channel":                 {"UNSPECIFIED", "RAPID", "REGULAR", "STABLE"},
		"datapathProvider":                       {"DATAPATH_PROVIDER_UNSPECIFIED", "LEGACY_DATAPATH", "ADVANCED_DATAPATH"},
		"networkingMode":                         {"VPC_NATIVE", "ROUTES"},
		"databaseEncryption.state":               {"ENCRYPTED", "DECRYPTED"},
		"loggingConfig.enableComponents":         {"SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "WORKLOADS"},
		"nodeConfig.workloadMetadataConfig.mode": {"MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA"},
		"maintenancePolicy.maintenanceExclusions.exclusionOptions.scope": {
			"NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES",
		},
	},
	"gcp:container/nodePool:NodePool": {
		"autoscaling.locationPolicy":             {"BALANCED", "ANY"},
		"upgradeSettings.strategy":               {"SURGE", "BLUE_GREEN"},
		"nodeConfig.taints.effect":               {"NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"},
		"nodeConfig.workloadMetadataConfig.mode": {"MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA"},
		"nodeConfig.guestAccelerators.gpuDriverInstallationConfig.gpuDriverVersion": {
			"GPU_DRIVER_VERSION_UNSPECIFIED", "INSTALLATION_DISABLED", "DEFAULT", "LATEST",
		},
	},
	"gcp:storage/bucket:Bucket": {
		"lifecycleRules.condition.withState": {"LIVE", "ARCHIVED", "ANY", ""},
	},
	"gcp:compute/network:Network": {
		"routingMode": {"REGIONAL", "GLOBAL", ""},
	},
	"gcp:compute/subnetwork:Subnetwork": {
		"stackType": {"IPV4_ONLY", "IPV4_IPV6", ""},
	},
	"gcp:compute/routerNat:RouterNat": {
		"sourceSubnetworkIpRangesToNat": {
			"ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES", "LIST_OF_SUBNETWORKS",
		},
		"natIpAllocateOption": {"MANUAL_ONLY", "AUTO_ONLY", ""},
		"logConfig.filter":    {"ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"},
	},
	"gcp:compute/sSLPolicy:SSLPolicy": {
		"minTlsVersion": {"TLS_1_0", "TLS_1_1", "TLS_1_2", ""},
		"profile":       {"COMPATIBLE", "MODERN", "RESTRICTED", "CUSTOM", ""},
	},
	"gcp:artifactregistry/repository:Repository": {
		"cleanupPolicies.action":             {"DELETE", "KEEP", ""},
		"cleanupPolicies.condition.tagState": {"TAGGED", "UNTAGGED", "ANY", ""},
	},
}
