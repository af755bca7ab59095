package s3

import (
	"context"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Open requests the object without a range: the response then has what the response to HEAD has, above all the checksum
// of the whole object, which S3, MinIO and Ceph omit from the response to a range. It needs no other permission than
// HEAD, an empty object is no error, and a store without ranges answers the same. The error has the code and the
// message that a response to HEAD cannot have.
//
// It accepts gzip, so that a store which decompresses for other clients sends the bytes as stored. A proxy that
// compresses then sends no length, or an encoding that the response to HEAD does not have.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
// https://github.com/minio/minio/pull/17105
// https://github.com/ceph/ceph/pull/61901
func (s *Source) Open(ctx context.Context, ref source.Ref) (source.Object, io.ReadCloser, error) {
	out, err := s.getObject(ctx, &s3.GetObjectInput{
		Bucket: &ref.Bucket, Key: &ref.Key, VersionId: optionalString(ref.Version), RequestPayer: s.payer(),
	}, func(o *s3.Options) {
		requestChecksum(o)
		acceptEncoding(source.EncodingGzip)(o)
	})
	if err != nil {
		return source.Object{}, nil, classifyError(s.URL(ref), ref, err)
	}
	response := responseOf(out.ResultMetadata)
	object, err := s.describe(ref, response)
	if err != nil {
		_ = out.Body.Close() // nothing was read from it
		return source.Object{}, nil, err
	}
	object.Size, object.Checksum = response.Length, objectChecksum(response.Header)
	if response.Status == http.StatusOK && object.Size > 0 {
		body, err := source.Body(s.URL(ref), object, 0, object.Size, response, out.Body)
		if err == nil {
			return object, body, nil
		}
	}
	// The length is unknown, the object is empty, or it was compressed or decompressed.
	_ = out.Body.Close()
	object, err = s.Stat(ctx, ref)
	return object, nil, err
}
