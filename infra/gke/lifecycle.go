package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// abortMultipartDays is the age at which incomplete uploads are deleted. No list shows them, but they cost storage.
const abortMultipartDays = 7

// lifecycleRules returns the lifecycle rules of the bucket.
func (a *BucketArgs) lifecycleRules() storage.BucketLifecycleRuleArray {
	rule := func(action, storageClass string, condition *storage.BucketLifecycleRuleConditionArgs) *storage.BucketLifecycleRuleArgs {
		rule := &storage.BucketLifecycleRuleArgs{
			Action: &storage.BucketLifecycleRuleActionArgs{Type: pulumi.String(action)}, Condition: condition,
		}
		if storageClass != "" {
			rule.Action = &storage.BucketLifecycleRuleActionArgs{
				Type: pulumi.String(action), StorageClass: pulumi.String(storageClass),
			}
		}
		return rule
	}
	noncurrent := &storage.BucketLifecycleRuleConditionArgs{
		DaysSinceNoncurrentTime: pulumi.Int(a.Noncurrent.Days), WithState: pulumi.String("ARCHIVED"),
	}
	if a.Noncurrent.Keep > 0 {
		noncurrent.NumNewerVersions = pulumi.Int(a.Noncurrent.Keep + 1)
	}
	rules := storage.BucketLifecycleRuleArray{
		rule("AbortIncompleteMultipartUpload", "", &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(abortMultipartDays)}),
		// A version is deleted if all conditions hold. ARCHIVED is a noncurrent version: replaced or deleted.
		rule("Delete", "", noncurrent),
	}
	if a.TransitionAfterDays > 0 {
		rules = append(rules, rule("SetStorageClass", "NEARLINE", &storage.BucketLifecycleRuleConditionArgs{
			Age: pulumi.Int(a.TransitionAfterDays),
		}))
	}
	if a.ExpireDays > 0 {
		rules = append(rules, rule("Delete", "", &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(a.ExpireDays)}))
	}
	return rules
}
