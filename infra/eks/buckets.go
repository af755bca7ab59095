package eks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// newBuckets makes the catalogue's buckets, by its names for them, and the one
// that their accesses are logged in. It returns the key that encrypts them, too.
func newBuckets(ctx *pulumi.Context, c config.Config, account pulumi.StringOutput, parent pulumi.Resource) (map[string]*Bucket, pulumi.StringOutput, error) {
	opt := pulumi.Parent(parent)
	key, err := resolveKMSKey(ctx, c.Buckets.KMSKey, "buckets", !c.Buckets.ForceDestroy, opt)
	if err != nil {
		return nil, key, err
	}
	args := bucketArgs(ctx, c, account, config.AccessLogsBucket)
	args.TransitionAfterDays, args.ExpireDays, args.LogSourceAccount = c.Buckets.AccessLogColdAfterDays(), c.Buckets.LogDays, account
	logs, err := NewBucket(ctx, config.AccessLogsBucket, args, opt)
	if err != nil {
		return nil, key, err
	}
	buckets := map[string]*Bucket{}
	for _, bucket := range config.BucketNames() {
		args := bucketArgs(ctx, c, account, bucket)
		args.TransitionAfterDays, args.LogBucket, args.KMSKeyArn = c.Buckets.ColdAfterDays, logs, key
		if buckets[bucket], err = NewBucket(ctx, bucket, args, opt); err != nil {
			return nil, key, err
		}
	}
	return buckets, key, nil
}
