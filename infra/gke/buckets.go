package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// logWriter is the group that Cloud Storage writes access logs as.
// https://cloud.google.com/storage/docs/access-logs#delivery
const logWriter = "group:cloud-storage-analytics@google.com"

// newBuckets makes the catalogue's buckets, by its names for them, and the one
// that their accesses are logged in.
func newBuckets(ctx *pulumi.Context, c config.Config, parent pulumi.Resource) (map[string]*Bucket, error) {
	opts := []pulumi.ResourceOption{pulumi.Parent(parent)}
	if c.Buckets.KMSKey != "" {
		usable, err := letStorageUse(ctx, c, parent)
		if err != nil {
			return nil, err
		}
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{usable}))
	}
	args := bucketArgs(ctx, c, config.AccessLogsBucket)
	args.ColdAfterDays, args.ExpireDays = c.Buckets.AccessLogColdAfterDays(), c.Buckets.LogDays
	logs, err := NewBucket(ctx, config.AccessLogsBucket, args, opts...)
	if err != nil {
		return nil, err
	}
	writer, err := storage.NewBucketIAMMember(ctx, config.AccessLogsBucket, &storage.BucketIAMMemberArgs{
		Bucket: logs.Name, Role: pulumi.String("roles/storage.objectCreator"), Member: pulumi.String(logWriter),
	}, pulumi.Parent(logs), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy))
	if err != nil {
		return nil, err
	}
	buckets := map[string]*Bucket{}
	for _, bucket := range config.BucketNames() {
		args := bucketArgs(ctx, c, bucket)
		args.ColdAfterDays, args.Logs = c.Buckets.ColdAfterDays, logs
		if buckets[bucket], err = NewBucket(ctx, bucket, args, append(opts, pulumi.DependsOn([]pulumi.Resource{writer}))...); err != nil {
			return nil, err
		}
	}
	return buckets, nil
}
