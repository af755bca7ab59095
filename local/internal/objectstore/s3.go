package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// s3Client calls the S3 server as its root account.
type s3Client struct {
	*sdk.Client

	stack string
}

func newS3Client(layout paths.Layout, i node.Info) (Client, error) {
	keys, err := secrets.ReadStoreAccount(layout.Dir())
	if err != nil {
		return nil, err
	}
	return s3Client{stack: layout.Stack, Client: sdk.New(sdk.Options{
		BaseEndpoint: aws.String(i.StoreURL), UsePathStyle: true, Region: i.Region,
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKey, keys.SecretKey, ""),
	})}, nil
}

func (s s3Client) UploadIfChanged(ctx context.Context, bucket, key, file string) error {
	return uploadIfChanged(ctx, s, bucket, key, file)
}

// Put uploads in one part, so that the ETag is the object's MD5.
func (s s3Client) Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (string, error) {
	out, err := s.PutObject(ctx, &sdk.PutObjectInput{Bucket: &bucket, Key: &key, Body: content})
	var apiErr smithy.APIError // the SDK has no type for this error
	if errors.As(err, &apiErr) && apiErr.ErrorCode() == "NoSuchBucket" {
		err = errNoBucket(s.stack)
	}
	if err != nil {
		return "", fmt.Errorf("put s3://%s/%s: %w", bucket, key, err)
	}
	return aws.ToString(out.VersionId), nil
}

func (s s3Client) stat(ctx context.Context, bucket, key string) (objectAttrs, error) {
	out, err := s.HeadObject(ctx, &sdk.HeadObjectInput{Bucket: &bucket, Key: &key})
	var notFound *types.NotFound
	if errors.As(err, &notFound) {
		return objectAttrs{bytes: -1}, nil
	}
	if err != nil {
		return objectAttrs{}, err
	}
	sum := strings.Trim(aws.ToString(out.ETag), `"`)
	if strings.Contains(sum, "-") { // the ETag of a multipart upload is not an MD5
		sum = ""
	}
	return objectAttrs{bytes: aws.ToInt64(out.ContentLength), md5: sum}, nil
}
