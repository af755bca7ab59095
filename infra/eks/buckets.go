package eks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// buckets are the buckets of the service catalogue.
type buckets struct {
	// byName has the names in the catalogue as keys.
	byName map[string]*Bucket
	// keyArn is the ARN of the key that encrypts them.
	keyArn pulumi.StringOutput
}

// bucketsArgs are the arguments of newBuckets.
type bucketsArgs struct {
	// Account is the ID of the AWS account.
	Account string
	// Name returns the name of a bucket by its name in the service catalogue.
	Name func(bucket string) string
	// Buckets from the stack's config.
	Buckets config.Buckets
}

// newBuckets creates the buckets of the service catalogue, the bucket of their access logs if it is configured, and
// the key that encrypts them unless the config has one.
func newBuckets(ctx *pulumi.Context, args *bucketsArgs, opts ...pulumi.ResourceOption) (*buckets, error) {
	keyArn, err := resolveKMSKey(ctx, kmsKeyArgs{
		Configured: args.Buckets.KMSKey, Purpose: "buckets", Alias: args.Buckets.KMSAlias,
		RetainOnDelete: !args.Buckets.ForceDestroy,
	}, opts...)
	if err != nil {
		return nil, err
	}
	var logBucket *Bucket
	if *args.Buckets.AccessLogging {
		logArgs := args.bucketArgs(config.AccessLogsBucket)
		// A log has one version. Expiry makes it noncurrent, so it would be kept for ever as one of the last versions.
		logArgs.Noncurrent.Keep = 0
		logArgs.TransitionAfterDays, logArgs.ExpireDays = args.Buckets.AccessLogColdAfterDays(), args.Buckets.LogDays
		logArgs.LogSourceAccount = pulumi.String(args.Account)
		if logBucket, err = NewBucket(ctx, config.AccessLogsBucket, logArgs, opts...); err != nil {
			return nil, err
		}
	}
	b := &buckets{byName: map[string]*Bucket{}, keyArn: keyArn}
	for _, name := range config.BucketNames() {
		bucketArgs := args.bucketArgs(name)
		bucketArgs.TransitionAfterDays, bucketArgs.LogBucket = args.Buckets.ColdAfterDays, logBucket
		bucketArgs.KMSKeyArn = keyArn
		if b.byName[name], err = NewBucket(ctx, name, bucketArgs, opts...); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// bucketArgs returns the settings that all buckets share.
func (a *bucketsArgs) bucketArgs(bucket string) *BucketArgs {
	return &BucketArgs{Name: pulumi.String(a.Name(bucket)), Noncurrent: a.Buckets.Noncurrent, ForceDestroy: a.Buckets.ForceDestroy}
}

// names returns the names of the buckets by their names in the service catalogue.
func (b *buckets) names() map[string]pulumi.StringOutput {
	names := map[string]pulumi.StringOutput{}
	for name, bucket := range b.byName {
		names[name] = bucket.Name
	}
	return names
}

// arns returns the ARNs of the buckets by their names in the service catalogue.
func (b *buckets) arns() map[string]pulumi.StringOutput {
	arns := map[string]pulumi.StringOutput{}
	for name, bucket := range b.byName {
		arns[name] = bucket.Arn
	}
	return arns
}
