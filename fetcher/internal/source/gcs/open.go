package gcs

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Open requests the content of the live or the pinned generation. The headers of the response have what the metadata
// have. It needs no other permission than the metadata: storage.objects.get. The response to a refused request for
// content is a text without a reason, so the error is that of a request for the metadata.
// https://cloud.google.com/storage/docs/json_api/v1/objects/get
// https://github.com/googleapis/google-cloud-go/blob/storage/v1.65.0/storage/http_client.go (parseReadResponse)
func (s *Source) Open(ctx context.Context, ref source.Ref) (source.Object, io.ReadCloser, error) {
	query, err := s.query(ref, ref.Version)
	if err != nil {
		return source.Object{}, nil, err
	}
	query.Set("alt", "media")
	// As in Read, so that GCS does not decompress the object.
	header := http.Header{"Accept-Encoding": {source.EncodingGzip}}
	response, err := s.client.get(ctx, ref.Bucket, ref.Key, query, header) //nolint:bodyclose // the caller closes it
	if err == nil {
		return s.openResponse(ctx, ref, responseOf(response), response.Body)
	}
	if err := classifyError(s.URL(ref), ref, err); ctx.Err() != nil || fetcherr.KindOf(err) == fetcherr.Transient {
		return source.Object{}, nil, err
	}
	object, err := s.Stat(ctx, ref)
	return object, nil, err
}

// openResponse returns the object that a response to a request for the content describes, or asks for its metadata.
func (s *Source) openResponse(ctx context.Context, ref source.Ref, response source.Response, body io.ReadCloser) (
	source.Object, io.ReadCloser, error) {
	if resource, ok := metadataOf(response); ok {
		object, err := s.describe(ref, resource)
		if err != nil {
			_ = body.Close() // nothing was read from it
			return source.Object{}, nil, err
		}
		if whole, err := source.Body(s.URL(ref), object, 0, object.Size, response, body); err == nil {
			return object, whole, nil
		}
	}
	// The length is unknown, the object is empty or was decompressed, or the answer is not from GCS.
	_ = body.Close()
	object, err := s.Stat(ctx, ref)
	return object, nil, err
}

// metadataOf returns what the headers of a response with the content tell. ok is false if they do not tell all of it.
// https://cloud.google.com/storage/docs/xml-api/reference-headers
func metadataOf(response source.Response) (resource metadata, ok bool) {
	header := response.Header
	generation, err := strconv.ParseInt(header.Get("X-Goog-Generation"), 10, 64)
	if response.Status != http.StatusOK || response.Length <= 0 || err != nil {
		return metadata{}, false
	}
	resource = metadata{Size: uint64(response.Length), Generation: generation, ContentEncoding: header.Get("Content-Encoding")}
	if stored := header.Get("X-Goog-Stored-Content-Encoding"); stored != "" {
		resource.ContentEncoding = stored
	}
	if stored := header.Get("X-Goog-Stored-Content-Length"); stored != "" && stored != strconv.FormatInt(response.Length, 10) {
		return metadata{}, false
	}
	// One line for each algorithm, or all in one.
	for _, hash := range strings.Split(strings.Join(header.Values("X-Goog-Hash"), ","), ",") {
		if sum, isCRC := strings.CutPrefix(strings.TrimSpace(hash), "crc32c="); isCRC {
			resource.CRC32C = sum
		}
	}
	return resource, true
}
