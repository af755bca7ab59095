package storetest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// partSize is S3's minimum for all parts but the last.
const partSize = 5 << 20

// PutWithChecksum writes an object with a checksum. With an empty algorithm the client sends none, as older clients do.
func (s *S3Store) PutWithChecksum(tb testing.TB, bucket, key string, body []byte, algorithm types.ChecksumAlgorithm) {
	tb.Helper()
	_, err := s.client.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), ChecksumAlgorithm: algorithm,
	}, withoutDefaultChecksum)
	require.NoError(tb, err)
}

// PutMultipart writes an object in a multipart upload.
func (s *S3Store) PutMultipart(tb testing.TB, bucket, key string, body []byte, algorithm types.ChecksumAlgorithm, kind types.ChecksumType) {
	tb.Helper()
	upload, err := s.client.CreateMultipartUpload(context.Background(), &s3.CreateMultipartUploadInput{
		Bucket: &bucket, Key: &key, ChecksumAlgorithm: algorithm, ChecksumType: kind,
	}, withoutDefaultChecksum)
	require.NoError(tb, err)
	var parts []types.CompletedPart
	for chunk := range slices.Chunk(body, partSize) {
		number := aws.Int32(int32(len(parts) + 1))
		uploaded, err := s.client.UploadPart(context.Background(), &s3.UploadPartInput{
			Bucket: &bucket, Key: &key, UploadId: upload.UploadId, PartNumber: number,
			Body: bytes.NewReader(chunk), ChecksumAlgorithm: algorithm,
		}, withoutDefaultChecksum)
		require.NoError(tb, err)
		parts = append(parts, types.CompletedPart{
			PartNumber: number, ETag: uploaded.ETag, ChecksumCRC32C: uploaded.ChecksumCRC32C, ChecksumCRC64NVME: uploaded.ChecksumCRC64NVME,
		})
	}
	_, err = s.client.CompleteMultipartUpload(context.Background(), &s3.CompleteMultipartUploadInput{
		Bucket: &bucket, Key: &key, UploadId: upload.UploadId, ChecksumType: kind,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}, withoutDefaultChecksum)
	require.NoError(tb, err)
}

// PutSparse creates an object of the given size directly in the server's folder: the content, then a hole, which needs
// no space on the disk.
func (s *S3Store) PutSparse(tb testing.TB, bucket, key string, content []byte, size int64) {
	tb.Helper()
	name := filepath.Join(s.data, bucket, key)
	mkdir(tb, filepath.Dir(name))
	require.NoError(tb, os.WriteFile(name, content, 0o644))
	require.NoError(tb, os.Truncate(name, size))
	// Without an ETag the fetcher would read the object in one request.
	require.NoError(tb, unix.Setxattr(name, "user.etag", []byte(`"sparse"`), 0))
}

// withoutDefaultChecksum stops the SDK from adding a checksum.
func withoutDefaultChecksum(o *s3.Options) {
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
}
