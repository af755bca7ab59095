package gke

import (
	"fmt"

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
	// ColdAfterDays is the age at which objects move to NEARLINE.
	ColdAfterDays int
	// ForceDestroy lets the bucket go with all that it holds.
	ForceDestroy bool
}

func bucketArgs(ctx *pulumi.Context, c config.Config, bucket string) *BucketArgs {
	name := c.Buckets.Named(bucket)
	if name == "" {
		name = fmt.Sprintf("%s-%s-%s", c.GCP.Project, ctx.Stack(), bucket)
	}
	return &BucketArgs{
		Name: name, Location: c.GCP.Region,
		ColdAfterDays: c.Buckets.ColdAfterDays, ForceDestroy: c.Buckets.ForceDestroy,
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
	bucket, err := storage.NewBucket(ctx, name, &storage.BucketArgs{
		Name:                     pulumi.String(args.Name),
		Location:                 pulumi.String(args.Location),
		UniformBucketLevelAccess: pulumi.Bool(true),
		PublicAccessPrevention:   pulumi.String("enforced"),
		Versioning:               &storage.BucketVersioningArgs{Enabled: pulumi.Bool(true)},
		ForceDestroy:             pulumi.Bool(args.ForceDestroy),
		LifecycleRules: storage.BucketLifecycleRuleArray{&storage.BucketLifecycleRuleArgs{
			Action: &storage.BucketLifecycleRuleActionArgs{
				Type: pulumi.String("SetStorageClass"), StorageClass: pulumi.String("NEARLINE"),
			},
			Condition: &storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(args.ColdAfterDays)},
		}},
	}, pulumi.Parent(b))
	if err != nil {
		return nil, err
	}
	b.Name = bucket.Name
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"name": b.Name})
}
