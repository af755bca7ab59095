package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// abortMultipartDays is the age at which incomplete uploads are deleted. No list shows them, but they cost storage.
const abortMultipartDays = 7

// lifecycleRules returns the lifecycle rules of the bucket.
func (a *BucketArgs) lifecycleRules() s3.BucketLifecycleConfigurationV2RuleArray {
	rule := func(id string) *s3.BucketLifecycleConfigurationV2RuleArgs {
		return &s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String(id), Status: pulumi.String("Enabled"),
			Filter: &s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
		}
	}
	uploads := rule("unfinished-uploads")
	uploads.AbortIncompleteMultipartUpload = &s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(abortMultipartDays),
	}
	noncurrent := rule("replaced-versions")
	expiration := &s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
		NoncurrentDays: pulumi.Int(a.Noncurrent.Days),
	}
	if a.Noncurrent.Keep > 0 {
		expiration.NewerNoncurrentVersions = pulumi.Int(a.Noncurrent.Keep)
	}
	noncurrent.NoncurrentVersionExpiration = expiration
	rules := s3.BucketLifecycleConfigurationV2RuleArray{uploads, noncurrent}
	if a.TransitionAfterDays > 0 {
		transition := rule("cold")
		transition.Transitions = s3.BucketLifecycleConfigurationV2RuleTransitionArray{&s3.BucketLifecycleConfigurationV2RuleTransitionArgs{
			Days: pulumi.Int(a.TransitionAfterDays), StorageClass: pulumi.String("STANDARD_IA"),
		}}
		rules = append(rules, transition)
	}
	if a.ExpireDays > 0 {
		expiration := rule("old")
		expiration.Expiration = &s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(a.ExpireDays)}
		rules = append(rules, expiration)
	}
	// A delete marker stays after the versions that it hides. S3 accepts no days beside this setting.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html
	markers := rule("delete-markers")
	markers.Expiration = &s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)}
	return append(rules, markers)
}
