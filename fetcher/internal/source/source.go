// Package source defines the interface of an object store. The implementations are in gcs and s3; the conformance suite
// in sourcetest tests both.
package source

import (
	"context"
	"io"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// Ref refers to an object. An empty Version means the live version.
type Ref struct {
	Bucket, Key, Version string
}

// Prefix returns the key's folder with its slash, or "". Permissions are granted on it.
func (r Ref) Prefix() string { return r.Key[:strings.LastIndexByte(r.Key, '/')+1] }

// EncodingGzip is the only Content-Encoding that stores decompress, and that the fetcher decodes.
const EncodingGzip = "gzip"

// Object is one version of an object: every read returns the same content or fails.
type Object struct {
	Ref
	// Size is in bytes.
	Size int64
	// Version is the version found: the GCS generation or the S3 version ID. It is empty in an S3 bucket without
	// versioning.
	Version string
	// ETag is S3's entity tag with its quotes. It is only compared: that of a multipart upload is not a digest.
	ETag string
	// Encoding is the Content-Encoding of the stored bytes, such as gzip. Size and Checksum are those of the stored
	// bytes, and Read returns them.
	Encoding string
	// Sequential means that the object can only be read from its start to its end, in one request: the store ignores
	// ranges, or it cannot tell versions apart by a strong ETag.
	Sequential bool
	// Checksum is the store's checksum of the whole object, if it has one.
	Checksum crc.Checksum
}

// Source reads objects. Errors of a known kind are *fetcherr.Error: NotFound, PermissionDenied, IdentityNotReady,
// InvalidConfig and, from Read, ObjectChanged. The methods neither retry nor time out; the decorators in package
// transfer do.
type Source interface {
	// Stat looks up an object and its version. An empty object is not an error.
	Stat(ctx context.Context, ref Ref) (Object, error)
	// Read opens length bytes from offset of this version. The range must be inside the object and not empty. A body
	// that ends early returns io.ErrUnexpectedEOF. If the object was replaced or deleted since Stat, the error is
	// fetcherr.ObjectChanged. It is ErrRangesIgnored if the object has to be read with Sequential. The start of the
	// range then costs the transfer of all bytes before it, or is refused with fetcherr.ObjectChanged.
	Read(ctx context.Context, object Object, offset, length int64) (io.ReadCloser, error)
	// URL returns the object's URL for messages.
	URL(ref Ref) string
	// Principal returns the identity that the store sees, or "" if it cannot be determined within a few seconds.
	Principal(ctx context.Context) string
}

// Opener is a Source that can look up an object by reading it.
type Opener interface {
	Source
	// Open is Stat by one request for the whole content, which it returns too; the caller closes it. A body that ends
	// early returns io.ErrUnexpectedEOF. The body is nil if the response does not tell what Stat does, or if the object
	// is empty: Open then calls Stat.
	Open(ctx context.Context, ref Ref) (Object, io.ReadCloser, error)
}
