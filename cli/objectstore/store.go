// Package objectstore reads and creates objects of Cloud Storage and S3. It never overwrites or deletes an object.
package objectstore

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/modelferry/modelferry/config"
)

// Errors of a Store, for errors.Is. The messages around them name the object and the way out.
var (
	// ErrExists means that an object with the key exists already.
	ErrExists = errors.New("object exists")
	// ErrNotFound means that there is no such object or bucket.
	ErrNotFound = errors.New("not found")
	// ErrDenied means that the credentials are missing, invalid or lack a right.
	ErrDenied = errors.New("access denied")
)

// Store is a bucket's client. Keys are paths below the bucket.
type Store interface {
	// Put creates an object and compares the store's checksum with that of the content. The error is ErrExists if the
	// key exists: nothing is overwritten. After any error the key is as it was.
	Put(ctx context.Context, key string, content Content, options PutOptions) (Object, error)
	// Stat returns an object's metadata. The error is ErrNotFound if the key does not exist.
	Stat(ctx context.Context, key string) (Object, error)
	// Open reads a whole object. The reader returns an error if the bytes do not match the store's checksum.
	Open(ctx context.Context, key string) (io.ReadCloser, Object, error)
	// List returns the objects whose keys begin with prefix, sorted by key.
	List(ctx context.Context, prefix string) ([]Object, error)
	// URL returns the URL of an object: gs://BUCKET/KEY or s3://BUCKET/KEY.
	URL(key string) string
}

// Object is an object's metadata.
type Object struct {
	Key string
	// Size in bytes.
	Size int64
	// Version is the generation on Cloud Storage and the version ID on S3. It is empty in a bucket without versions.
	Version string
	// SHA256 is the digest in hexadecimal that Put stored in the object's metadata, or "".
	SHA256  string
	Created time.Time
}

// Content is what Put uploads.
type Content struct {
	// File has Size bytes. It is read in parts, and again after a failed request.
	File io.ReaderAt
	Size int64
	// SHA256 is the digest in hexadecimal.
	SHA256 string
}

// PutOptions are the options of Put.
type PutOptions struct {
	// Progress is called with the number of bytes that the store has received. It may be nil.
	Progress func(sentBytes int64)
	// StateDir is a folder in which Put stores how far a large upload has come, so that a later run continues it. With
	// "" it begins again.
	StateDir string
}

// Location says where a bucket is.
type Location struct {
	Cloud  config.Cloud
	Bucket string
	// Endpoint is the store's URL, or "" for the cloud's public one.
	Endpoint string
	// Region of the bucket, for S3.
	Region string
	// Anonymous means that requests have no credentials, as for an emulator of Cloud Storage.
	Anonymous bool
}
