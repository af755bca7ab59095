package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// uploadDays is after how long what was never finished is thrown away. It is
// listed nowhere, and paid for.
const uploadDays = 7

// lifecycleRules returns what becomes of a bucket's objects by themselves.
func (a *BucketArgs) lifecycleRules() s3.BucketLifecycleConfigurationV2RuleArray {
	rule := func(id string) *s3.BucketLifecycleConfigurationV2RuleArgs {
		return &s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String(id), Status: pulumi.String("Enabled"),
			Filter: &s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
		}
	}
	uploads := rule("unfinished-uploads")
	uploads.AbortIncompleteMultipartUpload = &s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(uploadDays),
	}
	replaced := rule("replaced-versions")
	replaced.NoncurrentVersionExpiration = &s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
		NoncurrentDays: pulumi.Int(a.Noncurrent.Days), NewerNoncurrentVersions: pulumi.Int(a.Noncurrent.Keep),
	}
	rules := s3.BucketLifecycleConfigurationV2RuleArray{uploads, replaced}
	if a.ColdAfterDays > 0 {
		cold := rule("cold")
		cold.Transitions = s3.BucketLifecycleConfigurationV2RuleTransitionArray{&s3.BucketLifecycleConfigurationV2RuleTransitionArgs{
			Days: pulumi.Int(a.ColdAfterDays), StorageClass: pulumi.String("STANDARD_IA"),
		}}
		rules = append(rules, cold)
	}
	if a.ExpireDays > 0 {
		old := rule("old")
		old.Expiration = &s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(a.ExpireDays)}
		rules = append(rules, old)
	}
	return rules
}
