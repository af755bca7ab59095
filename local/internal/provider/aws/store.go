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

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// store is the local object store, spoken to as its root account.
type store struct {
	*s3.Client
	endpoint, region string
	root             cloudstate.StoreAccount
}

func storeOf(r *provider.Request) (*store, error) {
	node, err := r.Cloud.Node()
	if err != nil {
		return nil, err
	}
	root, err := cloudstate.ReadStoreAccount(r.Cloud.Dir)
	if err != nil {
		return nil, err
	}
	region := fmt.Sprint(region(r))
	return &store{
		Client: s3.New(s3.Options{
			BaseEndpoint: sdk.String(node.StoreURL), UsePathStyle: true, Region: region,
			Credentials: credentials.NewStaticCredentialsProvider(root.AccessKey, root.SecretKey, ""),
		}),
		endpoint: node.StoreURL, region: region, root: root,
	}, nil
}

// createBucket makes the bucket, or takes over the one that an interrupted run made.
func createBucket(ctx context.Context, r *provider.Request) error {
	s, err := storeOf(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.Str("bucket"), err)
	}
	input := &s3.CreateBucketInput{
		Bucket: sdk.String(r.Str("bucket")), ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced,
	}
	if s.region != "us-east-1" { // S3's oldest region must not be named
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(s.region),
		}
	}
	_, err = s.CreateBucket(ctx, input)
	if err != nil && !hasCode(err, "BucketAlreadyOwnedByYou", "BucketAlreadyExists") {
		return fmt.Errorf("bucket %q: %w", r.Str("bucket"), err)
	}
	return nil
}

func bucketExists(ctx context.Context, r *provider.Request) (bool, error) {
	s, err := storeOf(r)
	if err != nil {
		return false, fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	_, err = s.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: sdk.String(r.ID)})
	if hasCode(err, "NotFound", "NoSuchBucket") {
		return false, nil
	}
	return err == nil, err
}

// deleteBucket refuses, as AWS's does, to take a bucket away with what is in it unless forceDestroy is set.
func deleteBucket(ctx context.Context, r *provider.Request) error {
	s, err := storeOf(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	if r.Bool("forceDestroy") {
		if err := s.empty(ctx, r.ID); err != nil {
			return fmt.Errorf("bucket %q: %w", r.ID, err)
		}
	}
	_, err = s.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: sdk.String(r.ID)})
	switch {
	case hasCode(err, "NoSuchBucket"):
		return nil
	case hasCode(err, "BucketNotEmpty", "VersionedBucketNotEmpty"):
		return fmt.Errorf("bucket %q is not empty: remove the objects, or set forceDestroy and update first", r.ID)
	case err != nil:
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	return nil
}

// empty deletes every version of every object.
func (s *store) empty(ctx context.Context, bucket string) error {
	pages := s3.NewListObjectVersionsPaginator(s.Client, &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, "NoSuchBucket") {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		var doomed []types.ObjectIdentifier
		for _, version := range page.Versions {
			doomed = append(doomed, types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
		}
		for _, marker := range page.DeleteMarkers {
			doomed = append(doomed, types.ObjectIdentifier{Key: marker.Key, VersionId: marker.VersionId})
		}
		if len(doomed) == 0 {
			continue
		}
		_, err = s.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: doomed}})
		if err != nil {
			return fmt.Errorf("delete objects: %w", err)
		}
	}
	return nil
}

// setVersioning turns it on or off in the store. S3 cannot forget that it was ever on, so without the
// resource it is suspended.
func setVersioning(ctx context.Context, r *provider.Request) error {
	return versioning(ctx, r, types.BucketVersioningStatus(r.Str("versioningConfiguration.status")))
}

func suspendVersioning(ctx context.Context, r *provider.Request) error {
	return versioning(ctx, r, types.BucketVersioningStatusSuspended)
}

func versioning(ctx context.Context, r *provider.Request, status types.BucketVersioningStatus) error {
	if status == "Disabled" {
		return nil
	}
	s, err := storeOf(r)
	if err != nil {
		return fmt.Errorf("versioning of bucket %q: %w", r.ID, err)
	}
	_, err = s.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: sdk.String(r.ID), VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	if err != nil && !hasCode(err, "NoSuchBucket") {
		return fmt.Errorf("versioning of bucket %q: %w", r.ID, err)
	}
	return nil
}

func hasCode(err error, codes ...string) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	for _, code := range codes {
		if answer.ErrorCode() == code {
			return true
		}
	}
	return false
}
