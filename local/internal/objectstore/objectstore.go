// Package objectstore puts files into the buckets of a local cloud's object store, from the host.
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

// Client is one stack's object store, spoken to as its owner.
type Client interface {
	// UploadIfChanged makes object key of a bucket the content of a file. When it is already, nothing is written, and so
	// no new version comes to be.
	UploadIfChanged(ctx context.Context, bucket, key, file string) error
	// Put writes an object and returns its version: GCS's generation, S3's version id where the bucket has
	// versions.
	Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (version string, err error)
}

// Open is the object store of a running node.
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

// clients opens a client, by the scheme of its objects' URLs.
var clients = map[string]func(paths.Layout, node.Info) (Client, error){"gs": newGCSClient, "s3": newS3Client}

// errNoBucket returns the error for a bucket that the stack has not created yet.
func errNoBucket(stack string) error {
	return fmt.Errorf("no such bucket: run `make up STACK=%s`, which creates it", stack)
}

// objectAttrs is what both stores tell of an object without reading it.
type objectAttrs struct {
	// bytes is -1 when there is no such object.
	bytes int64
	// md5 is in hex; empty when the store does not know it.
	md5 string
}

// backend is a store's own part.
type backend interface {
	stat(ctx context.Context, bucket, key string) (objectAttrs, error)
	Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (version string, err error)
}

// uploadIfChanged is Ensure for any store.
func uploadIfChanged(ctx context.Context, b backend, bucket, key, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	there, err := b.stat(ctx, bucket, key)
	if err != nil {
		return fmt.Errorf("look for %s in bucket %s: %w", key, bucket, err)
	}
	same, err := there.matchesFile(file)
	if err != nil || same {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = b.Put(ctx, bucket, key, file)
	return err
}

// matchesFile reads the file only when its size is the object's.
func (o objectAttrs) matchesFile(file *os.File) (bool, error) {
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	if o.bytes != info.Size() || o.md5 == "" {
		return false, nil
	}
	sum := md5.New() // what the stores keep; nobody forges it here
	if _, err := io.Copy(sum, file); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == o.md5, nil
}
