package gcp

import "github.com/modelferry/modelferry/local/internal/provider"

// gceName is the check of a name of Compute Engine.
var gceName = matches(`^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$`)

// matches is the provider's check of a regular expression.
func matches(pattern string) func(property, value string) string {
	return provider.Matches(pattern, `({value}) doesn't match regexp "`+pattern+`"`)
}

// inputFormats are what terraform-provider-google-beta 5.42.0 checks of the names and ranges that the program sets.
// https://github.com/hashicorp/terraform-provider-google-beta/blob/v5.42.0/google-beta/verify/validation.go
// https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/services
var inputFormats = map[string][]provider.InputFormat{
	networkType: {{Path: "name", Check: gceName}},
	subnetworkType: {
		{Path: "name", Check: gceName},
		{Path: "secondaryIpRanges.rangeName", Check: gceName},
		{
			Path:  "ipCidrRange",
			Check: provider.NetworkBits(0, 29),
		},
		{Path: "secondaryIpRanges.ipCidrRange", Check: provider.NetworkBits(0, 32)},
	},
	routerType:                        {{Path: "name", Check: gceName}},
	"gcp:compute/routerNat:RouterNat": {{Path: "name", Check: matches(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])$`)}},
	"gcp:compute/sSLPolicy:SSLPolicy": {{Path: "name", Check: gceName}},
	serviceAccountType:                {{Path: "accountId", Check: matches(`^[a-z]([-a-z0-9]{4,28}[a-z0-9])$`)}},
	managedFolderType:                 {{Path: "name", Check: matches(`/$`)}},
	nodePoolType:                      {{Path: "name", Check: provider.Matches(`^.{1,40}$`, "cannot be longer than 40 characters")}},
	clusterType: {
		{Path: "name", Check: provider.Matches(`^.{0,40}$`, "cannot be longer than 40 characters")},
		{Path: "name", Check: provider.Matches(`^[a-z0-9-]+$`, "can only contain lowercase letters, numbers and hyphens")},
		{Path: "name", Check: provider.Matches(`^[a-z]`, "must start with a letter")},
		{Path: "name", Check: provider.Matches(`[a-z0-9]$`, "must end with a number or a letter")},
		{Path: "privateClusterConfig.masterIpv4CidrBlock", Check: provider.NetworkBits(28, 28)},
	},
	bucketType: {
		{Path: "name", Check: provider.Matches(`^[a-z0-9_.-]*$`, `"{value}" name value can only contain lowercase letters, `+
			"numeric characters, dashes (-), underscores (_), and dots (.)")},
		{Path: "name", Check: provider.Matches(`^[a-z0-9].*[a-z0-9]$`, `"{value}" name value must start and end with a number or letter`)},
		{Path: "name", Check: provider.Matches(`^.{3,63}$`, `"{value}" name value must contain 3-63 characters`)},
	},
}
