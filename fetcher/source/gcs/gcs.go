// Package gcs reads objects from Google Cloud Storage through the JSON API.
package gcs

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"github.com/modelferry/modelferry/fetcher/fault"
	"github.com/modelferry/modelferry/fetcher/source"
)

// Source reads from GCS. Make it with New.
type Source struct{ client *storage.Client }

// New makes a Source with the application-default identity, asking for the
// read-only scope. STORAGE_EMULATOR_HOST names another endpoint and is the
// only case without an identity; else a missing one is fault.Denied.
func New(ctx context.Context) (*Source, error) {
	client, err := storage.NewClient(ctx,
		// XML reads, the default, are unknown to some emulators, and answer
		// with errors of another shape.
		storage.WithJSONReads(),
		option.WithScopes(storage.ScopeReadOnly),
	)
	if err != nil {
		return nil, fault.New(fault.Denied, "no Google identity: %w", err).
			Advise("give the pod's service account a workload identity, or set GOOGLE_APPLICATION_CREDENTIALS")
	}
	// The SDK retries for ever by itself; retries belong to transfer.
	client.SetRetry(storage.WithPolicy(storage.RetryNever))
	return &Source{client: client}, nil
}

// Emulated says whether the endpoint is an emulator, which takes no identity.
func Emulated() bool { return os.Getenv("STORAGE_EMULATOR_HOST") != "" }

// URL returns gs://bucket/key, with #generation when one is asked for.
func (s *Source) URL(ref source.Ref) string {
	url := "gs://" + ref.Bucket + "/" + ref.Key
	if ref.Version != "" {
		url += "#" + ref.Version
	}
	return url
}

// Stat finds the object's size and generation.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	handle, err := s.handle(ref, ref.Version)
	if err != nil {
		return source.Object{}, err
	}
	attrs, err := handle.Attrs(ctx)
	if err != nil {
		return source.Object{}, s.refusal(ref, err)
	}
	return source.Object{Ref: ref, Size: attrs.Size, Version: strconv.FormatInt(attrs.Generation, 10)}, nil
}

// Read opens a range of the object's generation.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	handle, err := s.handle(object.Ref, object.Version)
	if err != nil {
		return nil, err
	}
	reader, err := handle.NewRangeReader(ctx, offset, length)
	if errors.Is(err, storage.ErrObjectNotExist) {
		return nil, fault.New(fault.Changed, "%s was replaced or removed while it was read", s.URL(object.Ref))
	}
	if err != nil {
		return nil, s.refusal(object.Ref, err)
	}
	if size := reader.Attrs.Size; size != object.Size {
		reader.Close()
		return nil, fault.New(fault.Changed, "%s: %d bytes when found, %d when read", s.URL(object.Ref), object.Size, size)
	}
	return source.Body(reader, length), nil
}

func (s *Source) handle(ref source.Ref, version string) (*storage.ObjectHandle, error) {
	// Without ReadCompressed an object with Content-Encoding gzip arrives
	// unpacked, with another length than its own, and ignores ranges.
	handle := s.client.Bucket(ref.Bucket).Object(ref.Key).ReadCompressed(true)
	if version == "" {
		return handle, nil
	}
	generation, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, fault.New(fault.Config, "%s: generation: %w", s.URL(ref), err)
	}
	return handle.Generation(generation), nil
}

// refusal gives an answer of GCS its kind.
func (s *Source) refusal(ref source.Ref, err error) error {
	return refusal(s.URL(ref), ref, err)
}
