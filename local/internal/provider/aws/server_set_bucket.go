package aws

import "github.com/modelferry/modelferry/local/internal/provider"

var bucketServerSet = map[string]map[string]provider.ServerSetProperty{
	bucketType: {
		"requestPayer": computed(provider.ConstOutput("BucketOwner"), "s3/bucket.go"),
		"serverSideEncryptionConfigurations": computed(provider.ConstOutput([]any{map[string]any{"rules": []any{map[string]any{
			"applyServerSideEncryptionByDefaults": []any{map[string]any{"sseAlgorithm": "AES256"}}, "bucketKeyEnabled": false,
		}}}}), "s3/bucket.go"),
	},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {
		"transitionDefaultMinimumObjectSize": computed(
			provider.ConstOutput("all_storage_classes_128K"), "s3/bucket_lifecycle_configuration.go"),
	},
	bucketPolicyType: {"policy": policy("policy", "s3/bucket_policy.go")},
}
