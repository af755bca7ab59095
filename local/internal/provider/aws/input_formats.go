package aws

import "github.com/modelferry/modelferry/local/internal/provider"

// inputFormats are what terraform-provider-aws 5.100 checks of the names and ranges that the program sets.
// https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/internal/service
var inputFormats = map[string][]provider.InputFormat{
	bucketType: {
		{Path: "bucket", Check: provider.Length(3, 63)},
		{Path: "bucket", Check: provider.Matches(`^[0-9a-z][0-9a-z.-]*[0-9a-z]$`,
			"only lowercase alphanumeric characters, hyphens and periods allowed: {value}")},
	},
	RoleType: {
		{Path: "name", Check: provider.Length(1, 64)},
		{Path: "namePrefix", Check: provider.Length(1, 38)},
		{Path: "name", Check: provider.Matches(`^[\w+=,.@-]*$`, `must match [\w+=,.@-]: {value}`)},
	},
	rolePolicyType: {{Path: "name", Check: provider.Length(1, 128)}},
	ClusterType: {
		{Path: "name", Check: provider.Matches(`^.{1,100}$`, `length must be between 1-100 characters: "{value}"`)},
		{Path: "name", Check: provider.Matches(`^[0-9A-Za-z][0-9A-Za-z_-]*$`,
			`doesn't comply with restrictions ("^[0-9A-Za-z][0-9A-Za-z_-]*$"): "{value}"`)},
		{Path: "kubernetesNetworkConfig.serviceIpv4Cidr", Check: provider.NetworkBits(12, 24)},
		{Path: "kubernetesNetworkConfig.serviceIpv4Cidr", Check: provider.Matches(`^(10|172\.(1[6-9]|2[0-9]|3[0-1])|192\.168)\.`,
			"must be within 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16")},
	},
	nodeGroupType:      {{Path: "nodeGroupName", Check: provider.Length(0, 63)}},
	launchTemplateType: {{Path: "name", Check: provider.Length(3, 128)}},
	LogGroupType: {
		{Path: "name", Check: provider.Matches(`^.{1,512}$`, `cannot be longer than 512 characters: "{value}"`)},
		{Path: "name", Check: provider.Matches(`^[0-9A-Za-z_./#-]+$`, "isn't a valid log group name (alphanumeric characters, "+
			`underscores, hyphens, slashes, hash signs and dots are allowed): "{value}"`)},
	},
	"aws:kms/alias:Alias": {{Path: "name", Check: provider.Matches(`^alias/[a-zA-Z0-9:/_-]{1,250}$`,
		"must begin with 'alias/' and be comprised of only [a-zA-Z0-9:/_-]")}},
	"aws:ecr/repository:Repository": {
		{Path: "name", Check: provider.Length(2, 256)},
		{Path: "name", Check: provider.Matches(`^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$`,
			"invalid value for name: {value}")},
	},
	vpcType:    {{Path: "cidrBlock", Check: provider.NetworkBits(16, 28)}},
	subnetType: {{Path: "cidrBlock", Check: provider.NetworkBits(16, 28)}},
}
