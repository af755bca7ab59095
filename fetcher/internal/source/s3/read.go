package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Read opens a range with If-Match. The version ID is sent only if it is pinned, so that a pod without a pinned version
// does not need s3:GetObjectVersion.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	url := s.URL(object.Ref)
	input := &s3.GetObjectInput{
		Bucket: &object.Bucket, Key: &object.Key, VersionId: optionalString(object.Ref.Version), RequestPayer: s.payer(),
	}
	if isStrong(object.ETag) {
		input.IfMatch = &object.ETag
	} else if offset > 0 {
		return nil, fetcherr.New(fetcherr.ObjectChanged,
			"%s: the download broke at byte %d, and cannot continue there: the store has no strong ETag for the object", url, offset)
	}
	if !object.Sequential {
		input.Range = aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	}
	out, err := s.getObject(ctx, input, acceptEncoding(object.Encoding))
	if err != nil {
		return nil, classifyReadError(url, object.Ref, err)
	}
	response := responseOf(out.ResultMetadata)
	if err := s.checkVersion(object, response); err != nil {
		_ = out.Body.Close() // nothing was read from it
		return nil, err
	}
	return source.Body(url, object, offset, length, response, out.Body)
}

// checkVersion compares the version of a response with the object's. A server may ignore If-Match and the version ID.
func (s *Source) checkVersion(object source.Object, response source.Response) error {
	etag, version := response.Header.Get("ETag"), response.Header.Get("X-Amz-Version-Id")
	switch {
	case !isFromS3(response.Header), etag == "" && object.ETag != "":
		return source.NotTheStore(fetcherr.Transient, s.URL(object.Ref), "S3", response)
	case etag != object.ETag:
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: the ETag was %s, now it is %s",
			s.URL(object.Ref), object.ETag, etag)
	case version != object.Version && (version != "" || object.Ref.Version != ""):
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: the version was %q, now it is %q",
			s.URL(object.Ref), object.Version, version)
	}
	return nil
}

// responseOf returns the response of an operation, with the headers that the SDK does not return.
func responseOf(metadata middleware.Metadata) source.Response {
	response, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response)
	if !ok {
		return source.Response{Length: -1} // no store sends it
	}
	return source.Response{Status: response.StatusCode, Header: response.Header, Length: response.ContentLength}
}

// acceptEncoding makes the request accept the object's own encoding, so that a store which decompresses for other
// clients sends the bytes as stored. The SDK asks for identity, which is right for all other objects: a proxy would
// compress them. https://cloud.google.com/storage/docs/transcoding
func acceptEncoding(encoding string) func(*s3.Options) {
	return func(o *s3.Options) {
		if encoding == "" {
			return
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			const sdkStep = "DisableAcceptEncodingGzip"
			_, err := stack.Finalize.Swap(sdkStep, requestStep(sdkStep, func(header http.Header) {
				header.Set("Accept-Encoding", encoding)
			}))
			return err
		})
	}
}

func optionalString(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
