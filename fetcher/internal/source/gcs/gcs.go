// Package gcs reads objects from Google Cloud Storage through the JSON API.
package gcs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/identity"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Source reads from GCS. Create it with New.
type Source struct{ client *client }

// Settings are further settings of a Source.
type Settings struct {
	// UserProject is the project that pays for the requests, which a requester-pays bucket requires.
	UserProject string
}

// New returns a Source with the application default credentials and the read-only scope, which sends userAgent as
// User-Agent. With STORAGE_EMULATOR_HOST it uses that endpoint without credentials; otherwise missing credentials are
// fetcherr.PermissionDenied.
func New(userAgent string, options ...func(*Settings)) (*Source, error) {
	var settings Settings
	for _, set := range options {
		set(&settings)
	}
	client, err := newClient(userAgent, settings.UserProject)
	if err != nil {
		return nil, err
	}
	return &Source{client: client}, nil
}

// URL returns gs://bucket/key, with #generation if the reference has one, for messages.
func (s *Source) URL(ref source.Ref) string {
	url := "gs://" + ref.Bucket + "/" + ref.Key
	if ref.Version != "" {
		url += "#" + ref.Version
	}
	return source.Quote(url)
}

// metadata is the part of an object's resource that Stat requests.
// https://cloud.google.com/storage/docs/json_api/v1/objects#resource
type metadata struct {
	Size            uint64 `json:"size,string"`
	Generation      int64  `json:"generation,string"`
	CRC32C          string `json:"crc32c"`
	ContentEncoding string `json:"contentEncoding"`
}

// Stat returns the object's size, generation and CRC32C, all of the bytes as stored.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	query, err := s.query(ref, ref.Version)
	if err != nil {
		return source.Object{}, err
	}
	query.Set("fields", "size,generation,crc32c,contentEncoding")
	response, err := s.client.get(ctx, ref.Bucket, ref.Key, query, http.Header{}) //nolint:bodyclose // CloseBody below does
	if err != nil {
		return source.Object{}, classifyError(s.URL(ref), ref, err)
	}
	defer googleapi.CloseBody(response) // also reads the rest of the body, so that the connection is reused
	if response.StatusCode != http.StatusOK || source.IsHTML(response.Header) {
		return source.Object{}, source.NotTheStore(fetcherr.InvalidConfig, s.URL(ref), "Cloud Storage", responseOf(response))
	}
	resource := metadata{}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxMetadata)).Decode(&resource); err != nil {
		return source.Object{}, fmt.Errorf("%s: invalid object metadata: %w", s.URL(ref), err)
	}
	return s.describe(ref, resource)
}

func (s *Source) describe(ref source.Ref, resource metadata) (source.Object, error) {
	object := source.Object{
		Ref: ref, Size: int64(resource.Size), Version: strconv.FormatInt(resource.Generation, 10),
		Encoding: source.ContentEncoding(resource.ContentEncoding),
	}
	if resource.Generation <= 0 || object.Size < 0 {
		return source.Object{}, fmt.Errorf("%s: invalid object metadata: generation %d, %d bytes",
			s.URL(ref), resource.Generation, object.Size)
	}
	// Stat has validated the pinned generation.
	if pinned, _ := strconv.ParseInt(ref.Version, 10, 64); ref.Version != "" && pinned != resource.Generation {
		return source.Object{}, fetcherr.New(fetcherr.Integrity, "%s: the store returned generation %s", s.URL(ref), object.Version).
			WithHint("the store ignores generations: pin the digest in place of the version")
	}
	if sum, err := crc.Decode(crc.CRC32C, resource.CRC32C); err == nil {
		object.Checksum = sum
	}
	return object, nil
}

// Read opens a range of the object's generation.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	url := s.URL(object.Ref)
	query, err := s.query(object.Ref, object.Version)
	if err != nil {
		return nil, err
	}
	query.Set("alt", "media")
	header := http.Header{
		// Without this header GCS decompresses an object with Content-Encoding gzip: the length differs, and the range
		// is ignored. https://cloud.google.com/storage/docs/transcoding
		"Accept-Encoding": {source.EncodingGzip},
	}
	if !object.Sequential {
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	}
	response, err := s.client.get(ctx, object.Bucket, object.Key, query, header)
	if err != nil {
		return nil, notFoundAsChanged(url, classifyError(url, object.Ref, err))
	}
	if err := checkGeneration(url, object, responseOf(response)); err != nil {
		_ = response.Body.Close() // nothing was read from it
		return nil, err
	}
	return source.Body(url, object, offset, length, responseOf(response), response.Body)
}

func responseOf(response *http.Response) source.Response {
	return source.Response{Status: response.StatusCode, Header: response.Header, Length: response.ContentLength}
}

// checkGeneration compares the generation of a response with the object's. A cache may ignore the parameter.
func checkGeneration(url string, object source.Object, response source.Response) error {
	switch generation := response.Header.Get("X-Goog-Generation"); generation {
	case object.Version:
		return nil
	case "":
		return source.NotTheStore(fetcherr.Transient, url, "Cloud Storage", response)
	default:
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: the generation was %s, now it is %s",
			url, object.Version, generation)
	}
}

// Principal returns the name of the identity at the metadata server: the e-mail address of a Google service account, or
// the workload pool. It is empty for an emulator.
func (s *Source) Principal(ctx context.Context) string {
	if UsesEmulator() {
		return ""
	}
	return identity.Principal(ctx)
}

// notFoundAsChanged turns NotFound into ObjectChanged, because Stat has found the object before.
func notFoundAsChanged(url string, err error) error {
	if fetcherr.KindOf(err) != fetcherr.NotFound {
		return err
	}
	return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced or deleted while it was read", url)
}

// query returns the parameters that select a version of an object; an empty one is the live version.
func (s *Source) query(ref source.Ref, version string) (url.Values, error) {
	query := url.Values{}
	if version == "" {
		return query, nil
	}
	generation, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "%s: generation: %w", s.URL(ref), err)
	}
	query.Set("generation", strconv.FormatInt(generation, 10)) // GCS rejects forms such as +1
	return query, nil
}
