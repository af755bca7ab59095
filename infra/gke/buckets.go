package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// accessLogWriterGroup is the group that Cloud Storage writes access logs as.
// https://cloud.google.com/storage/docs/access-logs#delivery
const accessLogWriterGroup = "group:cloud-storage-analytics@google.com"

// newBuckets makes the catalogue's buckets, by its names for them, and the one
// that their accesses are logged in.
func newBuckets(ctx *pulumi.Context, c config.Config, parent pulumi.Resource) (map[string]*Bucket, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(parent)}
	if c.Buckets.KMSKey != "" {
		keyGrant, err := grantStorageKMS(ctx, c, parent)
		if err != nil {
			return nil, err
		}
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{keyGrant}))
	}
	args := bucketArgs(ctx, c, config.AccessLogsBucket)
	args.TransitionAfterDays, args.ExpireDays = c.Buckets.AccessLogColdAfterDays(), c.Buckets.LogDays
	logs, err := NewBucket(ctx, config.AccessLogsBucket, args, opts...)
	if err != nil {
		return nil, err
	}
	logWriterBinding, err := storage.NewBucketIAMMember(ctx, config.AccessLogsBucket, &storage.BucketIAMMemberArgs{
		Bucket: logs.Name, Role: pulumi.String("roles/storage.objectCreator"), Member: pulumi.String(accessLogWriterGroup),
	}, pulumi.Parent(logs), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy))
	if err != nil {
		return nil, err
	}
	buckets := map[string]*Bucket{}
	for _, bucket := range config.BucketNames() {
		args := bucketArgs(ctx, c, bucket)
		args.TransitionAfterDays, args.LogBucket = c.Buckets.ColdAfterDays, logs
		if buckets[bucket], err = NewBucket(ctx, bucket, args, append(opts, pulumi.DependsOn([]pulumi.Resource{logWriterBinding}))...); err != nil {
			return nil, err
		}
	}
	return buckets, nil
}
