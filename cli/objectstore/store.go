// Package objectstore uploads to Cloud Storage and S3, and reads from them. An upload never overwrites an object, is
// compared with the store's checksum, and continues after an interruption.
package objectstore

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/modelferry/modelferry/config"
)

// Store is a bucket's client. Keys are paths below the bucket. Errors are *Error: test their kind with errors.Is.
type Store interface {
	// Put creates an object, compares the store's checksum with that of the content, and returns the object. If the key
	// exists, it is ErrExists: nothing is overwritten.
	Put(ctx context.Context, key string, content Content, o PutOptions) (Object, error)
	// Stat looks up an object.
	Stat(ctx context.Context, key string) (Object, error)
	// Open opens a whole object. The reader continues after an interruption, with the same version of the object, and
	// returns ErrChecksum at the end if the bytes do not match the store's checksum.
	Open(ctx context.Context, key string) (io.ReadCloser, Object, error)
	// List returns the objects whose keys begin with prefix, sorted by key. S3 lists neither versions nor digests.
	List(ctx context.Context, prefix string) ([]Object, error)
	// URL returns gs://BUCKET/KEY or s3://BUCKET/KEY.
	URL(key string) string
}

// Object is one version of an object.
type Object struct {
	Key string
	// Size is in bytes.
	Size int64
	// Version is the generation in Cloud Storage and the version ID in S3. It is empty in an S3 bucket without
	// versioning.
	Version string
	// SHA256 is the digest in hex that Put stored in the object's metadata. It is empty for an object of another
	// uploader, and says what was uploaded: only reading the object again says what it contains.
	SHA256 string
	// Created is zero after Put to S3, which does not return it.
	Created time.Time
}

// Content is what Put uploads. It must not change meanwhile: Put fails with ErrContentChanged if it does.
type Content struct {
	File io.ReaderAt
	// Size is in bytes.
	Size int64
	// SHA256 is the expected digest in hex. If it is empty, Put computes it.
	SHA256 string
}

// PutOptions are settings of an upload.
type PutOptions struct {
	// Progress is called with the number of bytes sent so far, from one goroutine at a time. The first call has the
	// number that an earlier run has sent. It decreases if a part has to be sent again. It may be nil.
	Progress func(sentBytes int64)
	// StateDir is the folder with the session files of uploads to Cloud Storage, which another run continues. Without
	// it an upload to Cloud Storage continues only in the same run. S3 needs no file.
	StateDir string
}

// Location is a bucket and how it is reached.
type Location struct {
	Cloud  config.Cloud
	Bucket string
	// Endpoint is another URL of the store than the cloud's. If it is empty, the variables of the environment apply:
	// GCS_ENDPOINT_URL or STORAGE_EMULATOR_HOST, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL.
	Endpoint string
	// Region of an S3 bucket. If it is empty, that of the AWS configuration applies.
	Region string
	// Anonymous sends no credentials.
	Anonymous bool
	// OnRetry is called before a request that failed is sent again, if the wait is at least 2 seconds. It may be called
	// from several goroutines, and may be nil.
	OnRetry func(failure error, wait time.Duration)
}

// metadataDigest is the key of the metadata with the digest.
const metadataDigest = "sha256"

// contentType of all objects. Artifacts are not shown in a browser.
const contentType = "application/octet-stream"

// Open returns a client with the credentials of the cloud's own tools: the application default credentials of Google,
// or the credential chain of the AWS SDK with its profiles, SSO, web identity and processes. It does not connect yet.
func Open(ctx context.Context, location Location) (Store, error) {
	if location.Bucket == "" {
		return nil, newError(ErrInvalid, "no bucket: expected its name")
	}
	open, ok := clients[location.Cloud.URLScheme()]
	if !ok {
		return nil, newError(ErrInvalid, "invalid cloud %q: must be one of %v", location.Cloud, config.Clouds())
	}
	return open(ctx, location)
}

// clients maps the scheme of an object's URL to the function that opens a client.
var clients = map[string]func(context.Context, Location) (Store, error){"gs": openGCS, "s3": openS3}

// checkContent returns an error if Put was called without a usable content or key.
func checkContent(url, key string, content Content) error {
	if key == "" || content.File == nil || content.Size < 0 {
		return newError(ErrInvalid, "%s: invalid upload of %d bytes: needs a key and a content", url, content.Size)
	}
	return nil
}

// quoteURL returns scheme://bucket/key for messages.
func quoteURL(scheme, bucket, key string) string {
	return fmt.Sprintf("%s://%s/%s", scheme, bucket, key)
}
