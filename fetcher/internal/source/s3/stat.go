package s3

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Stat returns the object's size, ETag, version ID and, if the upload had one, the checksum of the whole object. A
// store without HEAD, or whose HEAD has no length, is asked for the object's first byte.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	head, err := s.headObject(ctx, ref)
	if err != nil {
		return s.statWithoutHead(ctx, ref, err)
	}
	response := responseOf(head.ResultMetadata)
	object, err := s.describe(ref, response)
	if err != nil {
		return source.Object{}, err
	}
	object.Checksum = objectChecksum(response.Header)
	// A proxy may also replace the length by 0.
	if object.Size = aws.ToInt64(head.ContentLength); object.Size <= 0 {
		return s.statFirstByte(ctx, object, true)
	}
	return object, nil
}

// headObject sends a HEAD request, and once more if the credentials in use have expired. As the response to HEAD does
// not say so, the object's first byte is requested, which renews them.
func (s *Source) headObject(ctx context.Context, ref source.Ref) (*s3.HeadObjectOutput, error) {
	input := &s3.HeadObjectInput{
		Bucket: &ref.Bucket, Key: &ref.Key, VersionId: optionalString(ref.Version),
		ChecksumMode: types.ChecksumModeEnabled, RequestPayer: s.payer(),
	}
	used, _ := s.credentials.Retrieve(ctx) // from the cache; the request reports the error
	head, err := s.client.HeadObject(ctx, input, addressing(ref.Bucket))
	if err == nil || statusOf(err) != http.StatusBadRequest && statusOf(err) != http.StatusUnauthorized {
		return head, err
	}
	if _, firstErr := s.statFirstByte(ctx, source.Object{Ref: ref}, false); firstErr != nil || !s.isRenewed(ctx, used) {
		return head, err
	}
	return s.client.HeadObject(ctx, input, addressing(ref.Bucket))
}

// describe returns what a response to HEAD or GET says about an object, except its size and checksum.
func (s *Source) describe(ref source.Ref, response source.Response) (source.Object, error) {
	header := response.Header
	if status := response.Status; !isFromS3(header) || status != http.StatusOK && status != http.StatusPartialContent {
		return source.Object{}, source.NotTheStore(fetcherr.InvalidConfig, s.URL(ref), "S3", response)
	}
	object := source.Object{
		Ref:      ref,
		Version:  header.Get("X-Amz-Version-Id"),
		ETag:     header.Get("ETag"),
		Encoding: source.ContentEncoding(header.Get("Content-Encoding")),
		// Without a strong ETag no condition ties a range to the version.
		Sequential: !isStrong(header.Get("ETag")) || strings.EqualFold(header.Get("Accept-Ranges"), "none"),
	}
	// Cloud Storage's XML API tells the encoding of an object that it decompresses in another header.
	// https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogstoredcontentencoding
	if object.Encoding == "" {
		object.Encoding = source.ContentEncoding(header.Get("X-Goog-Stored-Content-Encoding"))
	}
	// The version of an object from before versioning is null, and some stores omit it.
	if ref.Version != "" && ref.Version != "null" && object.Version != ref.Version {
		return source.Object{}, fetcherr.New(fetcherr.Integrity, "%s: the store returned version %q", s.URL(ref), object.Version).
			WithHint("the store ignores versions: pin the digest in place of the version")
	}
	return object, nil
}

// isStrong reports whether an ETag guarantees the same bytes. https://www.rfc-editor.org/rfc/rfc9110#name-etag
func isStrong(etag string) bool { return strings.HasPrefix(etag, `"`) }

// isFromS3 reports whether S3 or a compatible store has sent the response: it has an ETag, or headers of its own. A
// page needs the latter, because a web server sends an ETag, too.
func isFromS3(header http.Header) bool {
	for name := range header {
		if strings.HasPrefix(name, "X-Amz-") {
			return true
		}
	}
	return header.Get("ETag") != "" && !source.IsHTML(header)
}

// statWithoutHead requests the first byte after a failed HEAD, whose response has no body, to get the reason. If that
// request succeeds, the store does not support HEAD.
func (s *Source) statWithoutHead(ctx context.Context, ref source.Ref, headErr error) (source.Object, error) {
	first := classifyError(s.URL(ref), ref, headErr)
	if fetcherr.KindOf(first) == fetcherr.Transient && !isUnsupported(headErr) {
		return source.Object{}, first
	}
	object, err := s.statFirstByte(ctx, source.Object{Ref: ref}, false)
	if err == nil && fetcherr.KindOf(first) == fetcherr.IdentityNotReady {
		// A new permission takes effect on one server after the other.
		return source.Object{}, first
	}
	return object, err
}

// isUnsupported reports whether the server does not implement a method.
func isUnsupported(err error) bool {
	var response *awshttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotImplemented
}

// statFirstByte gets the size of an object from the response to a request for its first byte. object is what is known
// of it from a response to HEAD, which means that it exists, or only its Ref. A store that decompresses objects for
// clients that do not accept gzip would not tell the size.
func (s *Source) statFirstByte(ctx context.Context, object source.Object, exists bool) (source.Object, error) {
	ref := object.Ref
	out, err := s.getObject(ctx, &s3.GetObjectInput{
		Bucket: &ref.Bucket, Key: &ref.Key, VersionId: optionalString(ref.Version), Range: aws.String("bytes=0-0"),
		RequestPayer: s.payer(),
	}, acceptEncoding(source.EncodingGzip))
	if isEmpty(err, exists) {
		return object, nil
	}
	if err != nil {
		return source.Object{}, classifyError(s.URL(ref), ref, err)
	}
	_ = out.Body.Close() // the content is not needed
	response := responseOf(out.ResultMetadata)
	got, err := s.describe(ref, response)
	switch {
	case err != nil:
		return source.Object{}, err
	case object.ETag != "" && object.ETag != got.ETag:
		return source.Object{}, fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was looked up", s.URL(ref))
	}
	got.Checksum = object.Checksum
	got.Sequential = got.Sequential || object.Sequential || response.Status == http.StatusOK
	got.Size = sizeOf(response)
	if got.Size < 0 {
		return source.Object{}, fetcherr.New(fetcherr.InvalidConfig,
			"%s: the store does not tell the object's size: neither Content-Length nor Content-Range has it", s.URL(ref))
	}
	return got, nil
}

// isEmpty reports whether the error says that the object has no first byte, because it exists and is empty.
func isEmpty(err error, exists bool) bool {
	var response *awshttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusRequestedRangeNotSatisfiable &&
		(exists || response.Response.Header.Get("Content-Range") == "bytes */0")
}

// sizeOf returns the size of the object from the response to a request for its first byte, or -1.
func sizeOf(response source.Response) int64 {
	if response.Status != http.StatusPartialContent {
		return response.Length
	}
	total, ok := strings.CutPrefix(response.Header.Get("Content-Range"), "bytes 0-0/")
	size, err := strconv.ParseInt(total, 10, 64)
	if !ok || err != nil || size <= 0 {
		return -1
	}
	return size
}
