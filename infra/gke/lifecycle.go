package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// abortMultipartDays is after how long what was never finished is thrown away. It is
// listed nowhere, and paid for.
const abortMultipartDays = 7

// lifecycleRules returns what becomes of a bucket's objects by themselves.
func (a *BucketArgs) lifecycleRules() storage.BucketLifecycleRuleArray {
	rule := func(action, class string, condition *storage.BucketLifecycleRuleConditionArgs) *storage.BucketLifecycleRuleArgs {
		rule := &storage.BucketLifecycleRuleArgs{
			Action: &storage.BucketLifecycleRuleActionArgs{Type: pulumi.String(action)}, Condition: condition,
		}
		if class != "" {
			rule.Action = &storage.BucketLifecycleRuleActionArgs{Type: pulumi.String(action), StorageClass: pulumi.String(class)}
		}
		return rule
	}
	rules := storage.BucketLifecycleRuleArray{
		rule("AbortIncompleteMultipartUpload", "", &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(abortMultipartDays)}),
		// Both have to hold: old enough, and enough newer ones. Archived: replaced, or deleted.
		rule("Delete", "", &storage.BucketLifecycleRuleConditionArgs{
			DaysSinceNoncurrentTime: pulumi.Int(a.Noncurrent.Days), NumNewerVersions: pulumi.Int(a.Noncurrent.Keep + 1),
			WithState: pulumi.String("ARCHIVED"),
		}),
	}
	if a.TransitionAfterDays > 0 {
		rules = append(rules, rule("SetStorageClass", "NEARLINE", &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(a.TransitionAfterDays)}))
	}
	if a.ExpireDays > 0 {
		rules = append(rules, rule("Delete", "", &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(a.ExpireDays)}))
	}
	return rules
}
