package aws

// enums are the values that terraform-provider-aws 5.100.0, which pulumi-aws 6.83.4 is, accepts for the properties that
// the program sets: ValidateFunc and ValidateDiagFunc in its resources, most of them the enumerations of the AWS SDK.
// https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/internal/service
// https://github.com/aws/aws-sdk-go-v2/blob/service/eks/v1.66.1/service/eks/types/enums.go
var enums = map[string]map[string][]string{
	ClusterType: {
		"accessConfig.authenticationMode": {"API", "API_AND_CONFIG_MAP", "CONFIG_MAP"},
		"enabledClusterLogTypes":          {"api", "audit", "authenticator", "controllerManager", "scheduler"},
		"encryptionConfig.resources":      {"secrets"},
		"upgradePolicy.supportType":       {"STANDARD", "EXTENDED"},
	},
	LogGroupType: {
		"retentionInDays": {
			"0", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827", "2192",
			"2557", "2922", "3288", "3653",
		},
	},
	"aws:eks/addon:Addon": {
		// Only an update can preserve values.
		"resolveConflictsOnCreate": {"NONE", "OVERWRITE"},
		"resolveConflictsOnUpdate": {"OVERWRITE", "NONE", "PRESERVE"},
	},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		// The provider has no validation for it: the API refuses other values.
		// https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessScope.html
		"accessScope.type": {"cluster", "namespace"},
	},
	"aws:eks/nodeGroup:NodeGroup": {
		"amiType": {
			"AL2_x86_64", "AL2_x86_64_GPU", "AL2_ARM_64", "CUSTOM", "BOTTLEROCKET_ARM_64", "BOTTLEROCKET_x86_64",
			"BOTTLEROCKET_ARM_64_FIPS", "BOTTLEROCKET_x86_64_FIPS", "BOTTLEROCKET_ARM_64_NVIDIA", "BOTTLEROCKET_x86_64_NVIDIA",
			"WINDOWS_CORE_2019_x86_64", "WINDOWS_FULL_2019_x86_64", "WINDOWS_CORE_2022_x86_64", "WINDOWS_FULL_2022_x86_64",
			"AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "AL2023_x86_64_NEURON", "AL2023_x86_64_NVIDIA",
			"AL2023_ARM_64_NVIDIA",
		},
		"taints.effect": {"NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"},
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		"blockDeviceMappings.ebs.volumeType": {"standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"},
		"metadataOptions.httpEndpoint":       {"disabled", "enabled"},
		"metadataOptions.httpTokens":         {"optional", "required"},
		// The provider accepts every resource type of EC2, the API of a launch template only these.
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html
		"tagSpecifications.resourceType": {"instance", "volume", "network-interface", "spot-instances-request"},
	},
	"aws:ec2/eip:Eip": {
		"domain": {"vpc", "standard"},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		"vpcEndpointType": {"Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"},
	},
	"aws:ecr/repository:Repository": {
		"imageTagMutability": {"MUTABLE", "IMMUTABLE"},
	},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
		"rule.objectOwnership": {"BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"},
	},
	"aws:s3/bucketVersioningV2:BucketVersioningV2": {
		"versioningConfiguration.status": {"Enabled", "Suspended", "Disabled"},
	},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {
		"rules.applyServerSideEncryptionByDefault.sseAlgorithm": {"AES256", "aws:kms", "aws:kms:dsse"},
	},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {
		"rules.status": {"Enabled", "Disabled"},
		"rules.transitions.storageClass": {
			"GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR",
		},
	},
}
