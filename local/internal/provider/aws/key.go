package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// keys are kept; the local store encrypts nothing.
var keys = map[string]provider.Resource{
	"aws:kms/key:Key": {
		Args: kms.KeyArgs{}, State: kms.KeyState{},
		Replace: []string{"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"},
		ID:      provider.Text("{#32}"),
		Outputs: map[string]provider.Value{
			"arn": arn("kms", "key/{id}"), "keyId": provider.Text("{id}"), "keyUsage": provider.Const("ENCRYPT_DECRYPT"),
		},
	},
	"aws:kms/alias:Alias": {
		Args: kms.AliasArgs{}, State: kms.AliasState{}, Name: "name",
		Replace: []string{"name", "namePrefix"},
		ID:      provider.Text("{name}"),
		Outputs: map[string]provider.Value{"arn": arn("kms", "{name}")},
	},
}
