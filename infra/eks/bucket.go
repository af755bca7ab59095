package eks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Bucket is a versioned, encrypted S3 bucket that nothing can make public.
type Bucket struct {
	pulumi.ResourceState

	// Name and ARN of the bucket.
	Name, Arn pulumi.StringOutput

	// policy is put in place last: after it the bucket is guarded.
	policy pulumi.Resource
}

// BucketArgs says what the bucket is called and how long it keeps what.
type BucketArgs struct {
	// Name of the bucket, unique in all of S3.
	Name pulumi.StringInput
	// TransitionAfterDays is the age at which objects move to STANDARD_IA, 0 for
	// never; ExpireDays the age at which they are deleted, 0 for never.
	TransitionAfterDays, ExpireDays int
	// Noncurrent says how long replaced versions are kept.
	Noncurrent config.NoncurrentVersions
	// KMSKeyArn that encrypts the objects, by its ARN, nil for S3's own.
	KMSKeyArn pulumi.StringInput
	// LogBucket is the bucket that accesses are logged in, nil for none.
	LogBucket *Bucket
	// LogSourceAccount is the account whose buckets log in this one, nil for none.
	LogSourceAccount pulumi.StringInput
	// ForceDestroy lets the bucket go, with all that it holds, when the stack
	// is destroyed. Otherwise it stays behind, with its protections.
	ForceDestroy bool
}

func bucketArgs(ctx *pulumi.Context, c config.Config, account pulumi.StringOutput, bucket string) *BucketArgs {
	name := account.ApplyT(func(account string) string { return c.BucketName(account, ctx.Stack(), bucket) }).(pulumi.StringOutput)
	return &BucketArgs{Name: name, Noncurrent: c.Buckets.Noncurrent, ForceDestroy: c.Buckets.ForceDestroy}
}

// NewBucket makes a bucket with public access blocked, owner-enforced
// objects, encryption, TLS only, and versions kept, so that an overwritten
// model can be had back.
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

// configureBucketSecurity puts the bucket's protections in place, one after the other: S3
// refuses two at a time with OperationAborted. It returns the last of them.
func configureBucketSecurity(ctx *pulumi.Context, name string, args *BucketArgs, bucket *s3.BucketV2, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
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

// encryption is by KMS where there is a key. The bucket key makes one call to
// KMS serve many objects.
func (a *BucketArgs) encryption() *s3.BucketServerSideEncryptionConfigurationV2RuleArgs {
	defaults := &s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{SseAlgorithm: pulumi.String("AES256")}
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

func withDependsOn(resource pulumi.Resource, opts []pulumi.ResourceOption) []pulumi.ResourceOption {
	return append(slices.Clone(opts), pulumi.DependsOn([]pulumi.Resource{resource}))
}
