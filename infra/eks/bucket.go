package eks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Bucket is a versioned and encrypted S3 bucket without public access.
type Bucket struct {
	pulumi.ResourceState

	// Name and ARN of the bucket.
	Name, Arn pulumi.StringOutput

	// policy is the last of the security settings. What depends on it depends on all of them.
	policy pulumi.Resource
}

// BucketArgs are the arguments of NewBucket. Ages are in days.
type BucketArgs struct {
	// Name of the bucket, unique in all of S3.
	Name pulumi.StringInput
	// TransitionAfterDays is the age at which objects move to STANDARD_IA, 0 for never.
	TransitionAfterDays int
	// ExpireDays is the age at which objects are deleted, 0 for never.
	ExpireDays int
	// Noncurrent is the retention of noncurrent versions. With Keep 0 their age alone decides.
	Noncurrent config.NoncurrentVersions
	// KMSKeyArn is the ARN of the key that encrypts the objects, nil for SSE-S3.
	KMSKeyArn pulumi.StringInput
	// LogBucket is where access logs go, nil for none.
	LogBucket *Bucket
	// LogSourceAccount is the account whose buckets log to this one, nil for none.
	LogSourceAccount pulumi.StringInput
	// ForceDestroy deletes the bucket and its objects with the stack. Otherwise both are retained, with all settings.
	ForceDestroy bool
}

// NewBucket creates a bucket with public access blocked, owner-enforced objects, versioning, encryption and a policy
// that requires TLS.
func NewBucket(ctx *pulumi.Context, name string, args *BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	b := &Bucket{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Bucket", name, pulumi.Map{
		"name": args.Name,
	}, b, opts...); err != nil {
		return nil, err
	}
	parent, retain := pulumi.Parent(b), pulumi.RetainOnDelete(!args.ForceDestroy)
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		Bucket: args.Name, ForceDestroy: pulumi.Bool(args.ForceDestroy),
	}, parent, retain)
	if err != nil {
		return nil, err
	}
	b.Name, b.Arn = bucket.Bucket, bucket.Arn
	if b.policy, err = configureBucketSecurity(ctx, name, args, bucket, parent, retain); err != nil {
		return nil, err
	}
	if args.LogBucket != nil {
		if _, err := s3.NewBucketLoggingV2(ctx, name, &s3.BucketLoggingV2Args{
			Bucket: bucket.ID(), TargetBucket: args.LogBucket.Name, TargetPrefix: pulumi.String(name + "/"),
		}, parent, retain, pulumi.DependsOn([]pulumi.Resource{b.policy, args.LogBucket.policy})); err != nil {
			return nil, err
		}
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"name": b.Name, "arn": b.Arn})
}

// configureBucketSecurity registers the bucket's settings, each depending on the one before: S3 answers concurrent
// changes of a bucket with OperationAborted. It returns the last one.
func configureBucketSecurity(
	ctx *pulumi.Context, name string, args *BucketArgs, bucket *s3.BucketV2, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	publicAccessBlock, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket: bucket.ID(), BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, opts...)
	if err != nil {
		return nil, err
	}
	ownership, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.ID(),
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, withDependsOn(publicAccessBlock, opts)...)
	if err != nil {
		return nil, err
	}
	versioning, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  bucket.ID(),
		VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, withDependsOn(ownership, opts)...)
	if err != nil {
		return nil, err
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(), Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{args.encryption()},
	}, withDependsOn(versioning, opts)...)
	if err != nil {
		return nil, err
	}
	lifecycle, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(), Rules: args.lifecycleRules(),
	}, withDependsOn(encryption, opts)...)
	if err != nil {
		return nil, err
	}
	return s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: bucket.ID(), Policy: args.policy(bucket.Arn),
	}, withDependsOn(lifecycle, opts)...)
}

// encryption uses SSE-KMS if there is a key. With a bucket key S3 calls KMS less often.
func (a *BucketArgs) encryption() *s3.BucketServerSideEncryptionConfigurationV2RuleArgs {
	defaults := &s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
		SseAlgorithm: pulumi.String("AES256"),
	}
	rule := &s3.BucketServerSideEncryptionConfigurationV2RuleArgs{ApplyServerSideEncryptionByDefault: defaults}
	if a.KMSKeyArn != nil {
		defaults.SseAlgorithm, defaults.KmsMasterKeyId = pulumi.String("aws:kms"), a.KMSKeyArn.ToStringOutput()
		rule.BucketKeyEnabled = pulumi.Bool(true)
	}
	return rule
}

func (a *BucketArgs) policy(bucketArn pulumi.StringOutput) pulumi.StringOutput {
	if a.LogSourceAccount == nil {
		return bucketArn.ApplyT(DenyInsecureTransport).(pulumi.StringOutput)
	}
	return pulumi.All(bucketArn, a.LogSourceAccount).ApplyT(func(v []any) (string, error) {
		return AccessLogDeliveryPolicy(v[0].(string), v[1].(string))
	}).(pulumi.StringOutput)
}

// withDependsOn returns opts with a dependency on the resource.
func withDependsOn(resource pulumi.Resource, opts []pulumi.ResourceOption) []pulumi.ResourceOption {
	return append(slices.Clone(opts), pulumi.DependsOn([]pulumi.Resource{resource}))
}
