package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Bucket is a versioned Cloud Storage bucket without public access.
type Bucket struct {
	pulumi.ResourceState

	// Name of the bucket.
	Name pulumi.StringOutput
}

// BucketArgs are the arguments of NewBucket. Ages are in days.
type BucketArgs struct {
	// Name of the bucket, unique in all of Cloud Storage.
	Name string
	// Location is a region.
	Location string
	// TransitionAfterDays is the age at which objects move to NEARLINE, 0 for never.
	TransitionAfterDays int
	// ExpireDays is the age at which objects are deleted, 0 for never.
	ExpireDays int
	// Noncurrent is the retention of noncurrent versions. With Keep 0 their age alone decides.
	Noncurrent config.NoncurrentVersions
	// SoftDeleteDays is how long a deleted object can be restored, 0 for not at all.
	SoftDeleteDays int
	// KMSKey is the resource name of the key that encrypts the objects, "" for a key of Google's.
	KMSKey string
	// LogBucket is where access logs go, nil for none.
	LogBucket *Bucket
	// ForceDestroy deletes the bucket and its objects with the stack. Otherwise both are retained.
	ForceDestroy bool
}

// NewBucket creates a bucket with uniform bucket-level access, public access prevention and versioning.
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
			RetentionDurationSeconds: pulumi.Int(args.SoftDeleteDays * secondsPerDay),
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

const secondsPerDay = 24 * 60 * 60
