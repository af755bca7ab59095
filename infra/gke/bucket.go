package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Bucket is a versioned Cloud Storage bucket that nothing can make public.
type Bucket struct {
	pulumi.ResourceState

	// Name of the bucket, unique in all of Cloud Storage.
	Name pulumi.StringOutput
}

// BucketArgs says what the bucket is called and how long it keeps what.
type BucketArgs struct {
	// Name of the bucket, and the region that it lies in.
	Name, Location string
	// TransitionAfterDays is the age at which objects move to NEARLINE, 0 for never;
	// ExpireDays the age at which they are deleted, 0 for never.
	TransitionAfterDays, ExpireDays int
	// Noncurrent says how long replaced versions are kept.
	Noncurrent config.NoncurrentVersions
	// SoftDeleteDays is how long a deleted object can be had back, 0 for not at all.
	SoftDeleteDays int
	// KMSKey that encrypts the objects, "" for Google's own.
	KMSKey string
	// LogBucket is the bucket that accesses are logged in, nil for none.
	LogBucket *Bucket
	// ForceDestroy lets the bucket go, with all that it holds, when the stack
	// is destroyed. Otherwise it stays behind.
	ForceDestroy bool
}

func bucketArgs(ctx *pulumi.Context, c config.Config, bucket string) *BucketArgs {
	return &BucketArgs{
		Name: c.BucketName("", ctx.Stack(), bucket), Location: c.GCP.Region, Noncurrent: c.Buckets.Noncurrent, SoftDeleteDays: c.Buckets.SoftDeleteDays,
		KMSKey: c.Buckets.KMSKey, ForceDestroy: c.Buckets.ForceDestroy,
	}
}

// NewBucket makes a bucket with uniform access, public access prevented, and
// versions kept, so that an overwritten model can be had back.
func NewBucket(ctx *pulumi.Context, name string, args *BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	b := &Bucket{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Bucket", name, pulumi.Map{
		"name": pulumi.String(args.Name), "location": pulumi.String(args.Location),
	}, b, opts...); err != nil {
		return nil, err
	}
	var encryption storage.BucketEncryptionPtrInput
	if args.KMSKey != "" {
		encryption = &storage.BucketEncryptionArgs{DefaultKmsKeyName: pulumi.String(args.KMSKey)}
	}
	var logging storage.BucketLoggingPtrInput
	if args.LogBucket != nil {
		logging = &storage.BucketLoggingArgs{LogBucket: args.LogBucket.Name, LogObjectPrefix: pulumi.String(name)}
	}
	bucket, err := storage.NewBucket(ctx, name, &storage.BucketArgs{
		Name:                     pulumi.String(args.Name),
		Location:                 pulumi.String(args.Location),
		UniformBucketLevelAccess: pulumi.Bool(true),
		PublicAccessPrevention:   pulumi.String("enforced"),
		Versioning:               &storage.BucketVersioningArgs{Enabled: pulumi.Bool(true)},
		SoftDeletePolicy: &storage.BucketSoftDeletePolicyArgs{
			RetentionDurationSeconds: pulumi.Int(args.SoftDeleteDays * 24 * 60 * 60),
		},
		Encryption:     encryption,
		Logging:        logging,
		ForceDestroy:   pulumi.Bool(args.ForceDestroy),
		LifecycleRules: args.lifecycleRules(),
	}, pulumi.Parent(b), pulumi.RetainOnDelete(!args.ForceDestroy))
	if err != nil {
		return nil, err
	}
	b.Name = bucket.Name
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"name": b.Name})
}
