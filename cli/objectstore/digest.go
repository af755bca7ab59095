package objectstore

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"

	"github.com/minio/crc64nvme"

	"github.com/modelferry/modelferry/cli/internal/ctxio"
)

// newCRC32C returns the checksum of Cloud Storage.
func newCRC32C() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// newCRC64 returns the checksum of S3 that covers a whole object, also of one that is uploaded in parts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
func newCRC64() hash.Hash { return crc64nvme.New() }

// base64CRC returns a checksum in the form of both stores: base64 of the big-endian value.
func base64CRC(sum hash.Hash) string { return base64.StdEncoding.EncodeToString(sum.Sum(nil)) }

// digest is what a content is compared by.
type digest struct {
	sha256 string
	// crc is the store's checksum, in base64.
	crc string
}

// computeDigest reads the content once. The store compares the checksum with the bytes that it receives, so it also
// notices a content that changes later.
func computeDigest(ctx context.Context, url string, content Content, crc hash.Hash) (digest, error) {
	sum := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(sum, crc), ctxio.NewReader(ctx, section(content, 0, content.Size)), make([]byte, 256<<10))
	if err != nil {
		return digest{}, newError(ErrContentChanged, "%s: read the file to upload: %w", url, err)
	}
	d := digest{hex.EncodeToString(sum.Sum(nil)), base64CRC(crc)}
	if n != content.Size {
		return d, newError(ErrContentChanged, "%s: the file to upload has %d bytes, expected %d", url, n, content.Size)
	}
	if content.SHA256 != "" && content.SHA256 != d.sha256 {
		return d, newError(ErrContentChanged, "%s: the file to upload has the digest %s, expected %s", url, d.sha256, content.SHA256)
	}
	return d, nil
}

// section returns a reader of a part of the content that can be rewound.
func section(content Content, offset, length int64) *io.SectionReader {
	return io.NewSectionReader(content.File, offset, length)
}
