package objectstore

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// findUpload returns the multipart upload of an earlier run with most parts of the content, or one without an ID. An
// upload with other parts is of another content, and one without parts may be. Without the permission to list uploads
// there is none.
func (u *s3Upload) findUpload(ctx context.Context) (best multipart, err error) {
	uploads, err := u.listUploads(ctx)
	if err != nil {
		return multipart{}, ignoreUnlistable(err)
	}
	u.listed = uploads
	for _, upload := range uploads {
		id := *upload.UploadId
		found, same, err := u.findParts(ctx, id)
		switch {
		case errors.Is(err, errSessionLost):
		case err != nil:
			return multipart{}, ignoreUnlistable(err)
		case same && len(found.done) > len(best.done):
			best = found
		}
	}
	return best, nil
}

// ignoreUnlistable returns nil for an upload list that the credentials or the server do not allow: a new upload needs
// none.
func ignoreUnlistable(err error) error {
	if errors.Is(err, ErrDenied) || errors.Is(err, ErrInvalid) {
		return nil
	}
	return err
}

// listUploads returns the key's multipart uploads that may be those of an earlier run.
func (u *s3Upload) listUploads(ctx context.Context) (uploads []types.MultipartUpload, err error) {
	pages := s3.NewListMultipartUploadsPaginator(u.store.client, &s3.ListMultipartUploadsInput{Bucket: &u.store.bucket, Prefix: &u.key})
	for pages.HasMorePages() {
		var page *s3.ListMultipartUploadsOutput
		err := u.store.call(ctx, "s3:ListBucketMultipartUploads", u.key, func(ctx context.Context) (err error) {
			page, err = pages.NextPage(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, upload := range page.Uploads {
			isOurs := upload.ChecksumAlgorithm == types.ChecksumAlgorithmCrc64nvme && upload.ChecksumType == types.ChecksumTypeFullObject
			if aws.ToString(upload.Key) == u.key && isOurs && upload.UploadId != nil {
				uploads = append(uploads, upload)
			}
		}
	}
	return uploads, nil
}

// findParts returns the parts of an upload that S3 has. same is false if one of them is not a part of the content.
func (u *s3Upload) findParts(ctx context.Context, id string) (found multipart, same bool, err error) {
	parts := partsOf(u.content.Size)
	found = multipart{id: id, done: map[int32]types.CompletedPart{}}
	pages := s3.NewListPartsPaginator(u.store.client, &s3.ListPartsInput{Bucket: &u.store.bucket, Key: &u.key, UploadId: &id})
	for pages.HasMorePages() {
		var page *s3.ListPartsOutput
		err := u.store.call(ctx, "s3:ListMultipartUploadParts", u.key, func(ctx context.Context) (err error) {
			page, err = pages.NextPage(ctx)
			return err
		})
		if err != nil {
			return found, true, err
		}
		for _, listed := range page.Parts {
			number := int(aws.ToInt32(listed.PartNumber))
			if number < 1 || number > len(parts) {
				return found, false, nil
			}
			p := parts[number-1]
			if aws.ToInt64(listed.Size) != p.length {
				return found, false, nil
			}
			sum, err := u.partChecksum(p)
			if err != nil {
				return found, true, err
			}
			if aws.ToString(listed.ChecksumCRC64NVME) != sum {
				return found, false, nil
			}
			found.done[p.number] = types.CompletedPart{PartNumber: &p.number, ETag: listed.ETag, ChecksumCRC64NVME: &sum}
		}
	}
	return found, true, nil
}

// abortTimeout limits the clean-up after an upload, which is also done if the upload was cancelled.
const abortTimeout = 10 * time.Second

// abort removes an upload with its parts. If that fails, the bucket's lifecycle rule does it some days later.
func (u *s3Upload) abort(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, _ = u.store.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &u.store.bucket, Key: &u.key, UploadId: &id})
}

// abandonedAfter is the age at which an upload cannot be that of a run that still sends.
const abandonedAfter = 24 * time.Hour

// abortAbandoned removes the old uploads of the key that findUpload has listed, but the completed one: the object
// exists, so they cannot be completed.
func (u *s3Upload) abortAbandoned(ctx context.Context, completed string) {
	for _, upload := range u.listed {
		if *upload.UploadId != completed && time.Since(aws.ToTime(upload.Initiated)) > abandonedAfter {
			u.abort(ctx, *upload.UploadId)
		}
	}
}

// isLost reports whether S3 does not know an upload any more. A server may close the connection of a part before its
// answer, which says so, is read.
func (u *s3Upload) isLost(ctx context.Context, id string) bool {
	err := u.store.call(ctx, "s3:ListMultipartUploadParts", u.key, func(ctx context.Context) error {
		_, err := u.store.client.ListParts(ctx, &s3.ListPartsInput{
			Bucket: &u.store.bucket, Key: &u.key, UploadId: &id, MaxParts: aws.Int32(1),
		})
		return err
	})
	return errors.Is(err, errSessionLost)
}

// errorCode returns S3's code of an error, or "".
func errorCode(err error) string {
	var apiErr smithy.APIError
	if errors.As(err, &apiErr) {
		return apiErr.ErrorCode()
	}
	return ""
}
