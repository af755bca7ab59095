// Package objectstore uploads files to the buckets of a local cloud's object store, from the host.
package objectstore

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Client accesses the object store of one stack with all permissions.
type Client interface {
	// UploadIfChanged uploads a file as an object. If the object has the same content, nothing is written and no new
	// version is created.
	UploadIfChanged(ctx context.Context, bucket, key, file string) error
	// Put writes an object and returns its version: the generation in GCS, the version ID in S3. It is empty if the
	// bucket has no versioning.
	Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (version string, err error)
}

// Open returns a client for the object store of a running node.
func Open(_ context.Context, layout paths.Layout, i node.Info) (Client, error) {
	scheme := clouds.MustGet(layout.Stack).ObjectStore.URLScheme
	open, ok := clients[scheme]
	if !ok {
		return nil, fmt.Errorf("object store of %s: there is no client for %s:// URLs", layout.Stack, scheme)
	}
	client, err := open(layout, i)
	if err != nil {
		return nil, fmt.Errorf("object store of %s: %w", layout.Stack, err)
	}
	return client, nil
}

// clients maps the scheme of an object's URL to the function that opens a client.
var clients = map[string]func(paths.Layout, node.Info) (Client, error){"gs": newGCSClient, "s3": newS3Client}

// errNoBucket returns the error for a bucket that the stack has not created yet.
func errNoBucket(stack string) error {
	return fmt.Errorf("no such bucket: run `make up STACK=%s`, which creates it", stack)
}

// objectAttrs are an object's attributes that both stores return.
type objectAttrs struct {
	// bytes is -1 if the object does not exist.
	bytes int64
	// md5 is in hex. It is empty if the store does not have it.
	md5 string
}

// backend is the part of a client that differs between the stores.
type backend interface {
	stat(ctx context.Context, bucket, key string) (objectAttrs, error)
	Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (version string, err error)
}

// uploadIfChanged implements UploadIfChanged for both stores.
func uploadIfChanged(ctx context.Context, b backend, bucket, key, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	existing, err := b.stat(ctx, bucket, key)
	if err != nil {
		return fmt.Errorf("stat %s in bucket %s: %w", key, bucket, err)
	}
	unchanged, err := existing.matchesFile(file)
	if err != nil || unchanged {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = b.Put(ctx, bucket, key, file)
	return err
}

// matchesFile reports whether the object has the file's content. It reads the file only if the sizes are equal.
func (o objectAttrs) matchesFile(file *os.File) (bool, error) {
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	if o.bytes != info.Size() || o.md5 == "" {
		return false, nil
	}
	sum := md5.New() // the checksum that the stores have; not used for security
	if _, err := io.Copy(sum, file); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == o.md5, nil
}
