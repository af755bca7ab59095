// Package source says what the fetcher needs of an object store. Each cloud
// has a folder below; one conformance suite holds both to the same behaviour.
package source

import (
	"context"
	"io"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// Ref asks for an object. An empty Version means the live one.
type Ref struct {
	Bucket, Key, Version string
}

// Object is one version of an object, so exactly that every read of it brings
// the same bytes or fails.
type Object struct {
	Ref
	// Size is in bytes.
	Size int64
	// Version shows what was found: the GCS generation or the S3 version id,
	// empty in an S3 bucket that keeps no versions.
	Version string
	// ETag is S3's entity tag with its quotes. It is compared, never taken
	// for a digest: that of a multipart upload is not one.
	ETag string
	// Checksum is the store's own of the whole object; not every one has one.
	Checksum crc.Checksum
}

// Source reads objects. Errors are *fetcherr.Error where their kind is known:
// fetcherr.Missing, fetcherr.Denied, fetcherr.Unsettled, fetcherr.Config, and from Read
// fetcherr.Changed.
// Neither method retries or bounds its time; decorators in transfer do.
type Source interface {
	// Stat finds an object and fixes its version. An object that is empty is
	// found like any other.
	Stat(ctx context.Context, ref Ref) (Object, error)
	// Read opens length bytes from offset of that very version. The range has
	// to lie in the object and to hold a byte. A body that ends early returns
	// io.ErrUnexpectedEOF. An object that was replaced or removed since Stat
	// is fetcherr.Changed.
	Read(ctx context.Context, object Object, offset, length int64) (io.ReadCloser, error)
	// URL names an object as a person would type it.
	URL(ref Ref) string
	// Principal says as whom the store is asked, in the cloud's own terms, or
	// "" where that cannot be found out in a moment.
	Principal(ctx context.Context) string
}
