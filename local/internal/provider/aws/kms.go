package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// kmsResources are only recorded: the local object store does not encrypt.
var kmsResources = map[string]provider.Resource{
	"aws:kms/key:Key": {
		Args: kms.KeyArgs{}, State: kms.KeyState{},
		ReplaceOnChanges: []string{"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"},
		ID:               provider.Template("{#32}"),
		Outputs: map[string]provider.OutputFunc{
			"arn": arn("kms", "key/{id}"), "keyId": provider.Template("{id}"), "keyUsage": provider.ConstOutput("ENCRYPT_DECRYPT"),
		},
	},
	"aws:kms/alias:Alias": {
		Args: kms.AliasArgs{}, State: kms.AliasState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "namePrefix"},
		ID:               provider.Template("{name}"),
		Outputs:          map[string]provider.OutputFunc{"arn": arn("kms", "{name}")},
	},
}
