// Package gcs reads objects from Google Cloud Storage through the JSON API.
package gcs

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"google.golang.org/api/storage/v1"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/identity"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Source reads from GCS. Make it with New.
type Source struct{ objects *storage.ObjectsService }

// New makes a Source with the application-default identity, asking for the
// read-only scope. STORAGE_EMULATOR_HOST names another endpoint and is the
// only case without an identity; else a missing one is fetcherr.Denied.
func New(ctx context.Context) (*Source, error) {
	service, err := newService(ctx)
	if err != nil {
		return nil, err
	}
	return &Source{objects: service.Objects}, nil
}

// URL returns gs://bucket/key, with #generation when one is asked for.
func (s *Source) URL(ref source.Ref) string {
	url := "gs://" + ref.Bucket + "/" + ref.Key
	if ref.Version != "" {
		url += "#" + ref.Version
	}
	return url
}

// Stat finds the object's size, generation and CRC32C, which is of the bytes
// as they are stored.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	call, err := s.objectCall(ctx, ref, ref.Version)
	if err != nil {
		return source.Object{}, err
	}
	attrs, err := call.Fields("size", "generation", "crc32c").Do()
	if err != nil {
		return source.Object{}, classifyError(s.URL(ref), ref, err)
	}
	object := source.Object{Ref: ref, Size: int64(attrs.Size), Version: strconv.FormatInt(attrs.Generation, 10)}
	if sum, err := crc.Decode(crc.CRC32C, attrs.Crc32c); err == nil {
		object.Checksum = sum
	}
	return object, nil
}

// Read opens a range of the object's generation.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	call, err := s.objectCall(ctx, object.Ref, object.Version)
	if err != nil {
		return nil, err
	}
	last := offset + length - 1
	call.Header().Set("Range", fmt.Sprintf("bytes=%d-%d", offset, last))
	response, err := call.Download()
	if err != nil {
		return nil, notFoundAsChanged(s.URL(object.Ref), classifyError(s.URL(object.Ref), object.Ref, err))
	}
	if err := source.CheckContentRange(s.URL(object.Ref), response.Header.Get("Content-Range"), offset, length, object.Size); err != nil {
		_ = response.Body.Close() // nothing of it was read
		return nil, err
	}
	return source.ExactBody(response.Body, length), nil
}

// Principal is the identity's name at the pod's metadata server: that of a
// Google service account, or the workload pool of an identity without one,
// whose own name GCS tells in its refusals.
func (s *Source) Principal(ctx context.Context) string {
	if UsesEmulator() {
		return ""
	}
	return identity.Principal(ctx)
}

// notFoundAsChanged turns an object that went missing between Stat and Read into one
// that changed: it was there a moment ago.
func notFoundAsChanged(url string, err error) error {
	if fetcherr.KindOf(err) != fetcherr.NotFound {
		return err
	}
	return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced or removed while it was read", url)
}

func (s *Source) objectCall(ctx context.Context, ref source.Ref, version string) (*storage.ObjectsGetCall, error) {
	call := s.objects.Get(ref.Bucket, ref.Key).Context(ctx)
	if version == "" {
		return call, nil
	}
	generation, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "%s: generation: %w", s.URL(ref), err)
	}
	return call.Generation(generation), nil
}
