package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Bucket is a versioned, encrypted S3 bucket that nothing can make public.
type Bucket struct {
	pulumi.ResourceState

	// Name and ARN of the bucket.
	Name, Arn pulumi.StringOutput
}

// BucketArgs says what the bucket is called and how long it keeps what.
type BucketArgs struct {
	// Name of the bucket, unique in all of S3.
	Name pulumi.StringInput
	// ColdAfterDays is the age at which objects move to STANDARD_IA.
	ColdAfterDays int
	// ForceDestroy lets the bucket go with all that it holds.
	ForceDestroy bool
}

func bucketArgs(ctx *pulumi.Context, c config.Config, account pulumi.StringInput, bucket string) *BucketArgs {
	args := &BucketArgs{ColdAfterDays: c.Buckets.ColdAfterDays, ForceDestroy: c.Buckets.ForceDestroy}
	if name := c.Buckets.Named(bucket); name != "" {
		args.Name = pulumi.String(name)
	} else {
		args.Name = pulumi.Sprintf("%s-%s-%s-%s", account, c.AWS.Region, ctx.Stack(), bucket)
	}
	return args
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
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		Bucket: args.Name, ForceDestroy: pulumi.Bool(args.ForceDestroy),
	}, pulumi.Parent(b))
	if err != nil {
		return nil, err
	}
	b.Name, b.Arn = bucket.Bucket, bucket.Arn
	if err := guard(ctx, name, args, bucket, pulumi.Parent(b)); err != nil {
		return nil, err
	}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"name": b.Name, "arn": b.Arn})
}

// guard puts the bucket's protections in place, one after the other: S3
// refuses two at a time with OperationAborted.
func guard(ctx *pulumi.Context, name string, args *BucketArgs, bucket *s3.BucketV2, child pulumi.ResourceOption) error {
	public, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket: bucket.ID(), BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, child)
	if err != nil {
		return err
	}
	ownership, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.ID(),
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, child, after(public))
	if err != nil {
		return err
	}
	versioning, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  bucket.ID(),
		VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, child, after(ownership))
	if err != nil {
		return err
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{&s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: &s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, child, after(versioning))
	if err != nil {
		return err
	}
	lifecycle, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{&s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("cold"), Status: pulumi.String("Enabled"),
			Filter: &s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			Transitions: s3.BucketLifecycleConfigurationV2RuleTransitionArray{&s3.BucketLifecycleConfigurationV2RuleTransitionArgs{
				Days: pulumi.Int(args.ColdAfterDays), StorageClass: pulumi.String("STANDARD_IA"),
			}},
		}},
	}, child, after(encryption))
	if err != nil {
		return err
	}
	_, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: bucket.ID(), Policy: bucket.Arn.ApplyT(TLSOnly).(pulumi.StringOutput),
	}, child, after(lifecycle))
	return err
}

func after(resource pulumi.Resource) pulumi.ResourceOption {
	return pulumi.DependsOn([]pulumi.Resource{resource})
}
