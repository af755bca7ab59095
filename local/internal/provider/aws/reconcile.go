package aws

import (
	"context"
	"encoding/json"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/iampolicy"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/releaser"
)

// reconcileAccess reconciles the store's accounts and bucket policies with the recorded roles and policies. It
// handles all of them under the state's lock, because the engine changes roles, policies and buckets in parallel.
// Changes of policies have no effect yet: see PropagatePolicies.
func reconcileAccess(ctx context.Context, r *provider.Request) error {
	client, err := newStoreClient(r)
	if err != nil {
		return err
	}
	return cloudstate.Update(r.Cloud.Dir, func(cloud *cloudstate.Cloud) error {
		if err := client.createAccount(ctx, RoleCredentials(client.root, releaser.AccessKeyID)); err != nil {
			return fmt.Errorf("account of the releaser: %w", err)
		}
		for _, role := range cloud.OfType(RoleType) {
			if err := client.createAccount(ctx, RoleCredentials(client.root, roleAccessKeyID(role))); err != nil {
				return fmt.Errorf("account of role %q: %w", role.ID, err)
			}
		}
		for _, bucket := range cloud.OfType(bucketType) {
			// An invalid policy fails the update, as on AWS, and not when it has propagated.
			if _, err := effectiveBucketPolicy(cloud, bucket.ID, func(string) bool { return true }); err != nil {
				return err
			}
			if err := client.putEffectivePolicy(ctx, cloud, bucket.ID); err != nil {
				return fmt.Errorf("access to bucket %q: %w", bucket.ID, err)
			}
		}
		if r.Type != RoleType {
			return nil
		}
		if accessKeyID := r.GetString("uniqueId"); cloud.Find(RoleType, r.ID) == nil && accessKeyID != "" {
			return client.deleteAccount(ctx, accessKeyID)
		}
		return nil
	})
}

// propagatedBucketPolicy returns the policy of a bucket that is in effect, with the statements of the releaser.
func propagatedBucketPolicy(cloud *cloudstate.Cloud, bucket string) (iampolicy.Document, error) {
	policy, err := effectiveBucketPolicy(cloud.Propagated(), bucket, func(id string) bool { return cloud.Find(RoleType, id) != nil })
	policy.Statement = append(policy.Statement, releaserStatements(policy, bucket)...)
	return policy, err
}

func (s *storeClient) putEffectivePolicy(ctx context.Context, cloud *cloudstate.Cloud, bucket string) error {
	policy, err := propagatedBucketPolicy(cloud, bucket)
	if err != nil {
		return err
	}
	if len(policy.Statement) == 0 {
		_, err = s.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: sdk.String(bucket)})
	} else {
		var text []byte
		if text, err = json.Marshal(policy); err != nil {
			return err
		}
		_, err = s.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: sdk.String(bucket), Policy: sdk.String(string(text))})
	}
	if hasErrorCode(err, "NoSuchBucket", "NoSuchBucketPolicy") { // deleted in parallel
		return nil
	}
	return err
}
