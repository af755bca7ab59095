// Package gcs reads objects from Google Cloud Storage through the JSON API.
package gcs

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"cloud.google.com/go/storage"

	"github.com/modelferry/modelferry/fetcher/crc"
	"github.com/modelferry/modelferry/fetcher/fault"
	"github.com/modelferry/modelferry/fetcher/source"
)

// Source reads from GCS. Make it with New.
type Source struct{ client *storage.Client }

// New makes a Source with the application-default identity, asking for the
// read-only scope. STORAGE_EMULATOR_HOST names another endpoint and is the
// only case without an identity; else a missing one is fault.Denied.
func New(ctx context.Context) (*Source, error) {
	client, err := newClient(ctx)
	if err != nil {
		return nil, err
	}
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

// Stat finds the object's size, generation and CRC32C, which is of the bytes
// as they are stored.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	handle, err := s.handle(ref, ref.Version)
	if err != nil {
		return source.Object{}, err
	}
	attrs, err := handle.Attrs(ctx)
	if err != nil {
		return source.Object{}, refusal(s.URL(ref), ref, err)
	}
	object := source.Object{Ref: ref, Size: attrs.Size, Version: strconv.FormatInt(attrs.Generation, 10)}
	// 0 is also what an answer without one decodes to.
	if attrs.CRC32C != 0 {
		object.Checksum = crc.Checksum{Algorithm: crc.CRC32C, Value: uint64(attrs.CRC32C)}
	}
	return object, nil
}

// Read opens a range of the object's generation.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	handle, err := s.handle(object.Ref, object.Version)
	if err != nil {
		return nil, err
	}
	ctx, broken := context.WithCancelCause(ctx)
	reader, err := handle.NewRangeReader(context.WithValue(ctx, breaks{}, broken), offset, length)
	if err == nil && reader.Attrs.Size != object.Size {
		err = fault.New(fault.Changed, "%s: %d bytes when found, %d when read", s.URL(object.Ref), object.Size, reader.Attrs.Size)
		_ = reader.Close() // nothing of it was read
	}
	if err != nil {
		broken(nil)
		return nil, s.unread(object.Ref, err)
	}
	return source.Body(&body{Reader: reader, ctx: ctx, done: broken}, length), nil
}

// unread gives the error of a read its kind: what was found a moment ago and
// is missing now has changed.
func (s *Source) unread(ref source.Ref, err error) error {
	if errors.Is(err, storage.ErrObjectNotExist) {
		return fault.New(fault.Changed, "%s was replaced or removed while it was read", s.URL(ref))
	}
	return refusal(s.URL(ref), ref, err)
}

// body is a range's, which tells why it broke.
type body struct {
	*storage.Reader
	ctx  context.Context
	done context.CancelCauseFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.done(nil)
	return b.Reader.Close()
}

func (s *Source) handle(ref source.Ref, version string) (*storage.ObjectHandle, error) {
	handle := s.client.Bucket(ref.Bucket).Object(ref.Key)
	if version == "" {
		return handle, nil
	}
	generation, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, fault.New(fault.Config, "%s: generation: %w", s.URL(ref), err)
	}
	return handle.Generation(generation), nil
}
