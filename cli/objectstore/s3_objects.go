package objectstore

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (s *s3Store) Stat(ctx context.Context, key string) (Object, error) {
	head, err := s.head(ctx, key)
	if err != nil {
		return Object{}, err
	}
	return objectOf(key, head), nil
}

func objectOf(key string, head *s3.HeadObjectOutput) Object {
	return Object{
		Key: key, Size: aws.ToInt64(head.ContentLength), Version: aws.ToString(head.VersionId),
		SHA256: head.Metadata[metadataDigest], Created: aws.ToTime(head.LastModified),
	}
}

func (s *s3Store) head(ctx context.Context, key string) (head *s3.HeadObjectOutput, err error) {
	err = s.call(ctx, "s3:GetObject", key, func(ctx context.Context) error {
		head, err = s.client.HeadObject(ctx, &s3.HeadObjectInput{
			Bucket: &s.bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled,
		})
		return err
	})
	return head, err
}

func (s *s3Store) Open(ctx context.Context, key string) (io.ReadCloser, Object, error) {
	head, err := s.head(ctx, key)
	if err != nil {
		return nil, Object{}, err
	}
	object := objectOf(key, head)
	reader := &resumingReader{
		ctx: ctx, url: s.URL(key), retry: s.retry, size: object.Size,
		checksum: aws.ToString(head.ChecksumCRC64NVME), sum: newCRC64(),
	}
	action := "s3:GetObject"
	if head.VersionId != nil {
		action = "s3:GetObjectVersion" // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
	}
	reader.open = func(ctx context.Context, offset int64) (io.ReadCloser, error) {
		input := &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, VersionId: head.VersionId, IfMatch: head.ETag}
		if offset > 0 {
			input.Range = aws.String(fmt.Sprintf("bytes=%d-", offset))
		}
		out, err := s.client.GetObject(ctx, input)
		if err != nil {
			return nil, s.classify(ctx, action, key, err)
		}
		return checkRange(s.URL(key), out.ContentRange != nil, offset, out.Body)
	}
	return reader, object, nil
}

func (s *s3Store) List(ctx context.Context, prefix string) ([]Object, error) {
	var objects []Object
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		var page *s3.ListObjectsV2Output
		err := s.call(ctx, "s3:ListBucket", prefix, func(ctx context.Context) (err error) {
			page, err = pages.NextPage(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, item := range page.Contents {
			objects = append(objects, Object{
				Key: aws.ToString(item.Key), Size: aws.ToInt64(item.Size), Created: aws.ToTime(item.LastModified),
			})
		}
	}
	slices.SortFunc(objects, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	return objects, nil
}
