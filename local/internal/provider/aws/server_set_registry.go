package aws

import (
	"encoding/json"
	"reflect"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var registryServerSet = map[string]map[string]provider.ServerSetProperty{
	"aws:ecr/repository:Repository": {
		// SuppressMissingOptionalConfigurationBlock keeps them, although they are not computed.
		"encryptionConfigurations": computed(
			provider.ConstOutput([]any{map[string]any{"encryptionType": "AES256", "kmsKey": ""}}), "ecr/repository.go"),
		"imageScanningConfiguration": computed(provider.ConstOutput(map[string]any{"scanOnPush": false}), "ecr/repository.go"),
	},
	"aws:ecr/repositoryPolicy:RepositoryPolicy": {"policy": policy("policy", "ecr/repository_policy.go")},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": {
		"policy": {
			Value: provider.ConstOutput(nil), Equal: sameJSON, Replace: true, Source: providerSource + "ecr/lifecycle_policy.go",
		},
	},
}

// sameJSON reports whether two texts are the same JSON value.
func sameJSON(reported, wanted any) bool {
	var a, b any
	textA, _ := reported.(string)
	textB, _ := wanted.(string)
	return json.Unmarshal([]byte(textA), &a) == nil && json.Unmarshal([]byte(textB), &b) == nil && reflect.DeepEqual(a, b)
}
