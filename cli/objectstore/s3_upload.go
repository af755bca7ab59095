package objectstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// s3Upload is the upload of one content.
type s3Upload struct {
	store    *s3Store
	key      string
	content  Content
	digest   digest
	progress *progress
	// listed are the multipart uploads of the key that findUpload has seen.
	listed []types.MultipartUpload
	// unknown is true if an earlier request may have created the object although no answer arrived.
	unknown bool
}

// s3Result is what S3 returns for a new object. The checksum is in base64, or empty.
type s3Result struct{ version, checksum string }

func (s *s3Store) Put(ctx context.Context, key string, content Content, o PutOptions) (Object, error) {
	if err := checkContent(s.URL(key), key, content); err != nil {
		return Object{}, err
	}
	sums, err := computeDigest(ctx, s.URL(key), content, newCRC64())
	if err != nil {
		return Object{}, err
	}
	u := &s3Upload{store: s, key: key, content: content, digest: sums, progress: newProgress(o.Progress)}
	put := u.sendOnce
	if content.Size > minPartSize {
		put = u.sendParts
	}
	result, err := put(ctx)
	if errors.Is(err, ErrExists) && u.unknown {
		if own, found, ownErr := u.findOwn(ctx); found {
			result, err = own, ownErr
		}
	}
	if err == nil {
		err = u.check(ctx, result)
	}
	if err != nil {
		return Object{}, err
	}
	u.progress.set(content.Size)
	return Object{Key: key, Size: content.Size, Version: result.version, SHA256: sums.sha256}, nil
}

// sendOnce sends the content in one request. If-None-Match makes it fail if the key exists.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (u *s3Upload) sendOnce(ctx context.Context) (result s3Result, err error) {
	u.progress.set(0)
	err = u.store.retry.do(ctx, func() error {
		watched, touch, stop := watchStall(ctx, u.store.retry.stall)
		defer stop()
		content := newBody(watched, u.content, 0, u.content.Size, u.progress, touch)
		out, err := u.store.client.PutObject(watched, &s3.PutObjectInput{
			Bucket: &u.store.bucket, Key: &u.key, Body: content, ContentLength: &u.content.Size, ContentType: aws.String(contentType),
			IfNoneMatch: aws.String("*"), Metadata: map[string]string{metadataDigest: u.digest.sha256},
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc64nvme, ChecksumCRC64NVME: &u.digest.crc,
		}, unsignedPayload)
		if err != nil {
			content.takeBack()
			return u.note(u.store.classify(watched, "s3:PutObject", u.key, err))
		}
		result = s3Result{aws.ToString(out.VersionId), aws.ToString(out.ChecksumCRC64NVME)}
		return nil
	})
	return result, err
}

// note records that a request with this error may have created the object.
func (u *s3Upload) note(err error) error {
	u.unknown = u.unknown || isTransient(err)
	return err
}

// findOwn looks for the object after a request whose outcome is not known: an earlier one may have created it although
// its answer was lost. It is ErrExists if it is not the one to upload. found is false if there is none.
func (u *s3Upload) findOwn(ctx context.Context) (result s3Result, found bool, err error) {
	head, err := u.store.head(ctx, u.key)
	if err != nil {
		return s3Result{}, false, err
	}
	result = s3Result{aws.ToString(head.VersionId), aws.ToString(head.ChecksumCRC64NVME)}
	if aws.ToInt64(head.ContentLength) != u.content.Size || head.Metadata[metadataDigest] != u.digest.sha256 ||
		result.checksum != "" && result.checksum != u.digest.crc {
		return s3Result{}, true, existsError(u.store.URL(u.key))
	}
	return result, true, nil
}

// check compares the new object with the content. The object of a store that returns no checksum is read again.
func (u *s3Upload) check(ctx context.Context, result s3Result) error {
	sum := result.checksum
	if sum == "" {
		head, err := u.store.head(ctx, u.key)
		if err != nil {
			return err
		}
		sum = aws.ToString(head.ChecksumCRC64NVME)
	}
	switch sum {
	case u.digest.crc:
		return nil
	case "":
		return u.readAgain(ctx, result)
	}
	return u.damaged(ctx, result, "CRC64NVME", sum, u.digest.crc)
}

func (u *s3Upload) readAgain(ctx context.Context, result s3Result) error {
	reader, _, err := u.store.Open(ctx, u.key)
	if err != nil {
		return err
	}
	defer reader.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, reader); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != u.digest.sha256 {
		return u.damaged(ctx, result, "digest", got, u.digest.sha256)
	}
	return nil
}

// damaged removes an object with another content, and returns the error.
func (u *s3Upload) damaged(ctx context.Context, result s3Result, name, got, want string) error {
	failure := newError(ErrChecksum, "%s: the store has an object with the %s %s, expected %s", u.store.URL(u.key), name, got, want)
	err := u.store.call(ctx, "s3:DeleteObjectVersion", u.key, func(ctx context.Context) error {
		input := &s3.DeleteObjectInput{Bucket: &u.store.bucket, Key: &u.key}
		if result.version != "" {
			input.VersionId = &result.version
		}
		_, err := u.store.client.DeleteObject(ctx, input)
		return err
	})
	if err != nil {
		return failure.withHint("remove the damaged object: %v", err)
	}
	return failure.withHint("%s", removedHint)
}
