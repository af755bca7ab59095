package objectstore

import (
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

const (
	// minPartSize is the size of a part in bytes, and that up to which an object is uploaded in one request.
	minPartSize = 16 << 20
	// maxParts is S3's limit for one object.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
	maxParts = 10_000
	// parallelParts is the number of parts that are sent at the same time. They are read from the file as they are sent.
	parallelParts = 4
	// maxUploads is the number of multipart uploads that one content may need.
	maxUploads = 3
)

// partSize returns the size of all parts but the last. It depends on the object's size only, so that another run
// continues with the same parts.
func partSize(size int64) int64 {
	const unit = 1 << 20
	return max(minPartSize, (size/maxParts/unit+1)*unit)
}

// part is a range of the content.
type part struct {
	number         int32
	offset, length int64
}

func partsOf(size int64) []part {
	var parts []part
	for offset, step := int64(0), partSize(size); offset < size; offset += step {
		parts = append(parts, part{number: int32(len(parts) + 1), offset: offset, length: min(step, size-offset)})
	}
	return parts
}

// multipart is a multipart upload with the parts that S3 has.
type multipart struct {
	id   string
	done map[int32]types.CompletedPart
}

// size returns the number of bytes that S3 has.
func (m multipart) size(parts []part) (n int64) {
	for _, p := range parts {
		if _, ok := m.done[p.number]; ok {
			n += p.length
		}
	}
	return n
}

// sendParts uploads in parts. It continues an upload of an earlier run. If the connection is cut for good, the upload
// remains for the next run, and the bucket's lifecycle rule removes it some days later.
func (u *s3Upload) sendParts(ctx context.Context) (result s3Result, err error) {
	for started := 0; ; started++ {
		upload, err := u.findUpload(ctx)
		if err == nil && upload.id == "" {
			upload, err = u.startUpload(ctx)
		}
		if err != nil {
			return s3Result{}, err
		}
		var sent []types.CompletedPart
		if sent, err = u.sendMissing(ctx, upload); err == nil {
			result, err = u.complete(ctx, upload.id, sent)
		}
		switch {
		case err == nil:
			u.abortAbandoned(ctx, upload.id)
			return result, nil
		case errors.Is(err, errSessionLost), errors.Is(err, errConflict), errors.Is(err, ErrInvalid),
			errors.Is(err, ErrCutOff) && u.isLost(ctx, upload.id):
			// Another run of the same release has completed or removed the upload, or a request whose answer was lost.
			// versitygw then says that the request is invalid.
			if result, found, err := u.findOwn(ctx); found {
				return result, err
			}
			if errors.Is(err, ErrInvalid) {
				return s3Result{}, err
			}
			u.abort(ctx, upload.id)
			if started == maxUploads {
				return s3Result{}, newError(ErrCutOff, "%s: %w", u.store.URL(u.key), err)
			}
		case errors.Is(err, ErrExists), errors.Is(err, ErrChecksum), errors.Is(err, ErrContentChanged):
			u.abort(ctx, upload.id)
			return s3Result{}, err
		default:
			return s3Result{}, err
		}
	}
}

func (u *s3Upload) startUpload(ctx context.Context) (multipart, error) {
	upload := multipart{done: map[int32]types.CompletedPart{}}
	err := u.store.call(ctx, "s3:PutObject", u.key, func(ctx context.Context) error {
		out, err := u.store.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
			Bucket: &u.store.bucket, Key: &u.key, ContentType: aws.String(contentType),
			Metadata:          map[string]string{metadataDigest: u.digest.sha256},
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumType: types.ChecksumTypeFullObject,
		})
		if err == nil {
			upload.id = aws.ToString(out.UploadId)
		}
		return err
	})
	return upload, err
}

// sendMissing sends the parts that S3 does not have, several at a time. It returns all parts in their order.
func (u *s3Upload) sendMissing(ctx context.Context, upload multipart) ([]types.CompletedPart, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelParts)
	parts := partsOf(u.content.Size)
	sent := make([]types.CompletedPart, len(parts))
	u.progress.set(upload.size(parts))
	for i, p := range parts {
		if done, ok := upload.done[p.number]; ok {
			sent[i] = done
			continue
		}
		group.Go(func() (err error) {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			sent[i], err = u.sendPart(ctx, upload.id, p)
			return err
		})
	}
	return sent, group.Wait()
}

func (u *s3Upload) sendPart(ctx context.Context, id string, p part) (done types.CompletedPart, err error) {
	sum, err := u.partChecksum(p)
	if err != nil {
		return done, err
	}
	err = u.store.retry.do(ctx, func() error {
		watched, touch, stop := watchStall(ctx, u.store.retry.stall)
		defer stop()
		content := newBody(watched, u.content, p.offset, p.length, u.progress, touch)
		out, err := u.store.client.UploadPart(watched, &s3.UploadPartInput{
			Bucket: &u.store.bucket, Key: &u.key, UploadId: &id, PartNumber: &p.number, Body: content, ContentLength: &p.length,
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumCRC64NVME: &sum,
		}, unsignedPayload)
		if err != nil {
			content.takeBack()
			return u.store.classify(watched, "s3:PutObject", u.key, err)
		}
		if got := aws.ToString(out.ChecksumCRC64NVME); got != "" && got != sum {
			content.takeBack()
			return newError(ErrChecksum, "%s: part %d has the CRC64NVME %s, expected %s", u.store.URL(u.key), p.number, got, sum).
				withHint("%s", damagedHint)
		}
		done = types.CompletedPart{PartNumber: &p.number, ETag: out.ETag, ChecksumCRC64NVME: &sum}
		return nil
	})
	return done, err
}

// partChecksum reads a part of the content and returns its checksum in base64.
func (u *s3Upload) partChecksum(p part) (string, error) {
	sum := newCRC64()
	if _, err := io.Copy(sum, section(u.content, p.offset, p.length)); err != nil {
		return "", newError(ErrContentChanged, "%s: read the file to upload: %w", u.store.URL(u.key), err)
	}
	return base64CRC(sum), nil
}

// errConflict means that another upload of the key was completed at the same time: this one cannot be completed.
var errConflict = errors.New("another upload was completed at the same time")

// complete makes the parts an object. S3 compares the checksum of all of it before.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func (u *s3Upload) complete(ctx context.Context, id string, parts []types.CompletedPart) (result s3Result, err error) {
	err = u.store.retry.do(ctx, func() error {
		out, err := u.store.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &u.store.bucket, Key: &u.key, UploadId: &id, IfNoneMatch: aws.String("*"),
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}, MpuObjectSize: &u.content.Size,
			ChecksumCRC64NVME: &u.digest.crc, ChecksumType: types.ChecksumTypeFullObject,
		})
		if errorCode(err) == "ConditionalRequestConflict" {
			return &Error{kind: errConflict, text: u.store.URL(u.key) + ": " + errConflict.Error(), cause: err}
		}
		if err != nil {
			return u.note(u.store.classify(ctx, "s3:PutObject", u.key, err))
		}
		result = s3Result{aws.ToString(out.VersionId), aws.ToString(out.ChecksumCRC64NVME)}
		return nil
	})
	return result, err
}
