package official

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// placeholder is a credential that no cloud accepts.
const placeholder = "placeholder"

// offlineConfig changes a provider's configuration so that it needs no account.
type offlineConfig struct {
	set    map[string]string // the SDKs send every value as text
	remove []string          // settings that name credentials, or need the account
}

var offlineConfigs = map[string]offlineConfig{
	// https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs#provider-configuration
	"aws": {
		set: map[string]string{
			"accessKey": placeholder, "secretKey": placeholder,
			"skipCredentialsValidation": "true", "skipRequestingAccountId": "true",
			"skipMetadataApiCheck": "true", "skipRegionValidation": "true",
		},
		// The lists of accounts are compared with the one that is not requested.
		remove: []string{
			"profile", "sharedConfigFiles", "sharedCredentialsFiles", "assumeRole", "assumeRoleWithWebIdentity",
			"allowedAccountIds", "forbiddenAccountIds", "token",
		},
	},
	// offlineVariables has the settings that are no property of the SDK's provider. preConfigureCallbackWithLogger in
	// https://github.com/pulumi/pulumi-gcp/blob/v7.38.0/provider/resources.go
	"gcp": {
		set: map[string]string{
			"accessToken": placeholder, "userProjectOverride": "false",
		},
		remove: []string{"credentials", "impersonateServiceAccount", "impersonateServiceAccountDelegates", "billingProject"},
	},
}

func (c offlineConfig) apply(config *structpb.Struct) *structpb.Struct {
	offline := &structpb.Struct{}
	if config != nil {
		offline = proto.CloneOf(config)
	}
	if offline.Fields == nil {
		offline.Fields = map[string]*structpb.Value{}
	}
	for _, key := range c.remove {
		delete(offline.GetFields(), key)
	}
	for key, value := range c.set {
		offline.Fields[key] = structpb.NewStringValue(value)
	}
	return offline
}
