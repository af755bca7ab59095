package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// accessLogWriterGroup is the group that Cloud Storage writes access logs as.
// https://cloud.google.com/storage/docs/access-logs#delivery
const accessLogWriterGroup = "group:cloud-storage-analytics@google.com"

// bucketsArgs are the arguments of newBuckets.
type bucketsArgs struct {
	// Project ID, and the location of the buckets.
	Project, Location string
	// Name returns the name of a bucket by its name in the service catalogue.
	Name func(bucket string) string
	// Buckets from the stack's config.
	Buckets config.Buckets
}

// newBuckets creates the buckets of the service catalogue and, if it is configured, the bucket of their access logs.
// It returns the names of the former by their names in the catalogue.
func newBuckets(
	ctx *pulumi.Context, args *bucketsArgs, parent pulumi.ResourceOrInvokeOption,
) (map[string]pulumi.StringOutput, error) {
	opts := []pulumi.ResourceOption{parent}
	if args.Buckets.KMSKey != "" {
		keyGrant, err := grantStorageKMS(ctx, args, parent)
		if err != nil {
			return nil, err
		}
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{keyGrant}))
	}
	var logBucket *Bucket
	if *args.Buckets.AccessLogging {
		var writer pulumi.Resource
		var err error
		if logBucket, writer, err = newLogBucket(ctx, args, opts...); err != nil {
			return nil, err
		}
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{writer}))
	}
	names := map[string]pulumi.StringOutput{}
	for _, name := range config.BucketNames() {
		bucketArgs := args.bucketArgs(name)
		bucketArgs.TransitionAfterDays, bucketArgs.LogBucket = args.Buckets.ColdAfterDays, logBucket
		bucket, err := NewBucket(ctx, name, bucketArgs, opts...)
		if err != nil {
			return nil, err
		}
		names[name] = bucket.Name
	}
	return names, nil
}

// newLogBucket creates the bucket of the access logs. It also returns the grant to those who write them.
func newLogBucket(ctx *pulumi.Context, args *bucketsArgs, opts ...pulumi.ResourceOption) (*Bucket, pulumi.Resource, error) {
	logArgs := args.bucketArgs(config.AccessLogsBucket)
	// A log has one version. Expiry makes it noncurrent, so it would be kept for ever as one of the last versions.
	logArgs.Noncurrent.Keep = 0
	logArgs.TransitionAfterDays, logArgs.ExpireDays = args.Buckets.AccessLogColdAfterDays(), args.Buckets.LogDays
	bucket, err := NewBucket(ctx, config.AccessLogsBucket, logArgs, opts...)
	if err != nil {
		return nil, nil, err
	}
	writer, err := storage.NewBucketIAMMember(ctx, config.AccessLogsBucket, &storage.BucketIAMMemberArgs{
		Bucket: bucket.Name, Role: pulumi.String("roles/storage.objectCreator"), Member: pulumi.String(accessLogWriterGroup),
	}, pulumi.Parent(bucket), args.retainOnDelete())
	return bucket, writer, err
}

// bucketArgs returns the settings that all buckets share.
func (a *bucketsArgs) bucketArgs(bucket string) *BucketArgs {
	return &BucketArgs{
		Name: a.Name(bucket), Location: a.Location, KMSKey: a.Buckets.KMSKey,
		Noncurrent: a.Buckets.Noncurrent, SoftDeleteDays: a.Buckets.SoftDeleteDays, ForceDestroy: a.Buckets.ForceDestroy,
	}
}

func (a *bucketsArgs) retainOnDelete() pulumi.ResourceOption {
	return pulumi.RetainOnDelete(!a.Buckets.ForceDestroy)
}
