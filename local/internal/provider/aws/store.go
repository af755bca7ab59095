package aws

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// storeClient is a client of the local object store with its root account.
type storeClient struct {
	*s3.Client
	endpoint, region string
	root             secrets.StoreAccount
}

func newStoreClient(r *provider.Request) (*storeClient, error) {
	node, err := r.Cloud.Node()
	if err != nil {
		return nil, err
	}
	return openStore(r.Cloud.Dir, node.StoreURL, fmt.Sprint(region(r)))
}

// openStore returns a client of the object store of the stack in dir.
func openStore(dir, endpoint, region string) (*storeClient, error) {
	root, err := secrets.ReadStoreAccount(dir)
	if err != nil {
		return nil, err
	}
	return &storeClient{
		Client: s3.New(s3.Options{
			BaseEndpoint: sdk.String(endpoint), UsePathStyle: true, Region: region,
			Credentials: credentials.NewStaticCredentialsProvider(root.AccessKey, root.SecretKey, ""),
		}),
		endpoint: endpoint, region: region, root: root,
	}, nil
}

// createBucket creates the bucket. One that exists without a record is from an interrupted update and is adopted.
func createBucket(ctx context.Context, r *provider.Request) error {
	client, err := newStoreClient(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.GetString("bucket"), err)
	}
	input := &s3.CreateBucketInput{
		Bucket: sdk.String(r.GetString("bucket")), ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced,
	}
	if client.region != "us-east-1" { // S3's default, which it refuses as a location
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(client.region),
		}
	}
	_, err = client.CreateBucket(ctx, input)
	if err != nil && !hasErrorCode(err, "BucketAlreadyOwnedByYou", "BucketAlreadyExists") {
		return fmt.Errorf("bucket %q: %w", r.GetString("bucket"), err)
	}
	return nil
}

func bucketExists(ctx context.Context, r *provider.Request) (bool, error) {
	client, err := newStoreClient(r)
	if err != nil {
		return false, fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	_, err = client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: sdk.String(r.ID)})
	if hasErrorCode(err, "NotFound", "NoSuchBucket") {
		return false, nil
	}
	return err == nil, err
}

// deleteBucket deletes a bucket, and its objects if forceDestroy is set, as pulumi-aws does.
func deleteBucket(ctx context.Context, r *provider.Request) error {
	client, err := newStoreClient(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	if r.GetBool("forceDestroy") {
		if err := client.deleteAllVersions(ctx, r.ID); err != nil {
			return fmt.Errorf("bucket %q: %w", r.ID, err)
		}
	}
	_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: sdk.String(r.ID)})
	switch {
	case hasErrorCode(err, "NoSuchBucket"):
		return nil
	case hasErrorCode(err, "BucketNotEmpty", "VersionedBucketNotEmpty"):
		// https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/s3/bucket.go
		return errors.New(fmt.Sprint(sdkError("deleting S3 Bucket ({id})", "S3", "DeleteBucket", 409, "api error BucketNotEmpty: "+
			"The bucket you tried to delete is not empty. You must delete all versions in the bucket.")(r)))
	case err != nil:
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	return nil
}

// deleteAllVersions deletes all versions of all objects of a bucket.
func (s *storeClient) deleteAllVersions(ctx context.Context, bucket string) error {
	pages := s3.NewListObjectVersionsPaginator(s.Client, &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasErrorCode(err, "NoSuchBucket") {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		var objects []types.ObjectIdentifier
		for _, version := range page.Versions {
			objects = append(objects, types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
		}
		for _, marker := range page.DeleteMarkers {
			objects = append(objects, types.ObjectIdentifier{Key: marker.Key, VersionId: marker.VersionId})
		}
		if len(objects) == 0 {
			continue
		}
		_, err = s.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: objects}})
		if err != nil {
			return fmt.Errorf("delete objects: %w", err)
		}
	}
	return nil
}

// applyVersioning sets the bucket's versioning. Once enabled, S3 can only suspend it: that is what deleting the
// resource does.
func applyVersioning(ctx context.Context, r *provider.Request) error {
	return putVersioning(ctx, r, types.BucketVersioningStatus(r.GetString("versioningConfiguration.status")))
}

func suspendVersioning(ctx context.Context, r *provider.Request) error {
	return putVersioning(ctx, r, types.BucketVersioningStatusSuspended)
}

func putVersioning(ctx context.Context, r *provider.Request, status types.BucketVersioningStatus) error {
	if status == "Disabled" {
		return nil
	}
	client, err := newStoreClient(r)
	if err != nil {
		return fmt.Errorf("versioning of bucket %q: %w", r.ID, err)
	}
	_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: sdk.String(r.ID), VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	if err != nil && !hasErrorCode(err, "NoSuchBucket") {
		return fmt.Errorf("versioning of bucket %q: %w", r.ID, err)
	}
	return nil
}

func hasErrorCode(err error, codes ...string) bool {
	var apiErr smithy.APIError
	if !errors.As(err, &apiErr) {
		return false
	}
	for _, code := range codes {
		if apiErr.ErrorCode() == code {
			return true
		}
	}
	return false
}
