package program

import (
	"fmt"
	"maps"
	"slices"
)

// requiredInputs are inputs, by type, that every resource of the type has. A nil value means that the input is not set.
var requiredInputs = map[string]map[string]any{
	"gcp:container/nodePool:NodePool": {
		"nodeConfig.workloadMetadataConfig.mode": "GKE_METADATA", "nodeConfig.metadata/disable-legacy-endpoints": "true",
		"nodeConfig.shieldedInstanceConfig.enableSecureBoot": true, "nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring": true,
		"management.autoRepair": true, "management.autoUpgrade": true,
		"upgradeSettings.maxSurge": 1., "upgradeSettings.maxUnavailable": 0.,
		"name": nil, // with a fixed name a pool is deleted before its replacement is created
	},
	"gcp:container/cluster:Cluster": {
		"privateClusterConfig.enablePrivateNodes": true, "datapathProvider": "ADVANCED_DATAPATH", "networkingMode": "VPC_NATIVE",
		"enableShieldedNodes": true, "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled": false,
		"removeDefaultNodePool": true, "nodeConfig.shieldedInstanceConfig.enableSecureBoot": true,
		"enableLegacyAbac": nil, "masterAuth": nil,
	},
	"gcp:compute/network:Network":                {"autoCreateSubnetworks": false},
	"gcp:compute/subnetwork:Subnetwork":          {"privateIpGoogleAccess": true},
	"gcp:compute/routerNat:RouterNat":            {"sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"},
	"gcp:artifactregistry/repository:Repository": {"format": "DOCKER", "dockerConfig.immutableTags": true},
	"aws:ec2/subnet:Subnet":                      {"mapPublicIpOnLaunch": nil},
	"aws:ec2/vpc:Vpc":                            {"enableDnsSupport": true, "enableDnsHostnames": true},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		"metadataOptions.httpTokens": "required", "metadataOptions.httpPutResponseHopLimit": 1., "metadataOptions.httpEndpoint": "enabled",
		"name": nil, "updateDefaultVersion": true,
	},
	"aws:ecr/repository:Repository": {"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration.scanOnPush": true},
	"aws:eks/cluster:Cluster": {
		"accessConfig.authenticationMode": "API", "accessConfig.bootstrapClusterCreatorAdminPermissions": false,
		"vpcConfig.endpointPrivateAccess": true, "encryptionConfig.resources[0]": "secrets",
	},
	"aws:eks/nodeGroup:NodeGroup": {
		"updateConfig.maxUnavailable": 1., "nodeRepairConfig.enabled": true, "instanceTypes": nil, "nodeGroupName": nil,
		"remoteAccess": nil,
	},
	"aws:kms/key:Key": {"enableKeyRotation": true, "isEnabled": nil, "policy": nil},
}

// incompleteResources returns resources without one of the inputs that every resource of their type has.
func incompleteResources(r *programRun) []string {
	var violations []string
	for _, registration := range r.Registrations {
		required := requiredInputs[registration.Type]
		for _, path := range slices.Sorted(maps.Keys(required)) {
			if value := registration.Input(path); value != required[path] {
				violations = append(violations, fmt.Sprintf("%s: %s is %v, want %v", registration, path, value, required[path]))
			}
		}
		if registration.Type != "aws:ec2/launchTemplate:LaunchTemplate" {
			continue
		}
		for i := range max(1, listLength(registration.Input("blockDeviceMappings"))) {
			if registration.Input(fmt.Sprintf("blockDeviceMappings[%d].ebs.encrypted", i)) != "true" {
				violations = append(violations, fmt.Sprintf("%s: disk %d is not encrypted", registration, i))
			}
		}
	}
	return violations
}
