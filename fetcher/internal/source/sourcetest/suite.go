// Package sourcetest is the conformance suite for implementations of source.Source, run against real servers.
package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// OpenSource creates the source under test from the environment.
type OpenSource func(ctx context.Context) (source.Source, error)

// RunConformance runs the suite on the source that open creates in the store's environment.
func RunConformance(t *testing.T, store storetest.Store, open OpenSource) {
	t.Helper()
	for key, value := range store.Env(store.Endpoint()) {
		t.Setenv(key, value)
	}
	runSuite(t, store, open, true, false)
}

// deviations are the ways in which a store or a proxy may answer without any effect on a source.
var deviations = []struct {
	name   string
	faults []faultproxy.Fault
	// noChecksum means that the store's checksum does not arrive.
	noChecksum bool
}{
	{"no ranges", []faultproxy.Fault{faultproxy.If(faultproxy.IsContent, faultproxy.IgnoreRange())}, false},
	{"no ranges and no lengths", []faultproxy.Fault{
		faultproxy.If(faultproxy.IsContent, faultproxy.IgnoreRange()),
		faultproxy.If(faultproxy.IsContent, faultproxy.NoContentLength()),
	}, false},
	{"ranges of unknown total", []faultproxy.Fault{faultproxy.UnknownTotal()}, false},
	{"no length of contents", []faultproxy.Fault{faultproxy.If(faultproxy.IsContent, faultproxy.NoContentLength())}, false},
	{"no length of HEAD", []faultproxy.Fault{faultproxy.If(faultproxy.IsHead, faultproxy.NoContentLength())}, false},
	{"no HEAD", []faultproxy.Fault{faultproxy.If(faultproxy.IsHead, faultproxy.Status(http.StatusMethodNotAllowed))}, true},
	{"decompression for clients that do not accept gzip", []faultproxy.Fault{faultproxy.Decompress()}, false},
}

// RunDeviations runs the suite on new stores of newStore that deviate from S3 and Cloud Storage.
func RunDeviations(t *testing.T, newStore func(testing.TB) *storetest.Fake, open OpenSource) {
	t.Helper()
	for _, deviation := range deviations {
		t.Run(deviation.name, func(t *testing.T) {
			store := newStore(t)
			store.Always(deviation.faults...)
			for key, value := range store.Env(store.Endpoint()) {
				t.Setenv(key, value)
			}
			runSuite(t, store, open, !deviation.noChecksum, true)
		})
	}
}

func runSuite(t *testing.T, store storetest.Store, open OpenSource, hasChecksum, deviates bool) {
	t.Helper()
	src, err := open(t.Context())
	require.NoError(t, err)
	s := suite{store: store, source: src, bucket: store.Bucket(t), hasChecksum: hasChecksum, deviates: deviates}
	t.Run("stat returns size and version", s.statObject)
	t.Run("stat of an empty object", s.emptyObject)
	t.Run("open returns what stat does, and the content", s.openObject)
	t.Run("open of what does not exist", s.openMissing)
	t.Run("open after cancel", s.cancelledOpen)
	t.Run("read ranges", s.readRanges)
	t.Run("gzip-encoded object is read as stored", s.encodedObject)
	t.Run("key with characters that URLs escape", s.escapedKey)
	t.Run("missing object", s.missingObject)
	t.Run("missing bucket", s.missingBucket)
	t.Run("missing version", s.missingVersion)
	t.Run("pinned version is read instead of the live one", s.pinnedVersion)
	t.Run("object replaced after stat", s.replacedObject)
	t.Run("object deleted after stat", s.removedObject)
	t.Run("cancelled context", s.cancelledRead)
}

type suite struct {
	store  storetest.Store
	source source.Source
	bucket string
	// hasChecksum means that the store reports a checksum.
	hasChecksum bool
	// deviates means that the store may answer in a way that tells Open too little.
	deviates bool
}

func (s suite) stat(t *testing.T, key, version string) source.Object {
	t.Helper()
	object, err := s.source.Stat(t.Context(), source.Ref{Bucket: s.bucket, Key: key, Version: version})
	require.NoError(t, err)
	return object
}

func (s suite) read(t *testing.T, object source.Object, offset, length int64) (string, error) {
	t.Helper()
	reader, err := s.source.Read(t.Context(), object, offset, length)
	if errors.Is(err, source.ErrRangesIgnored) {
		object.Sequential = true
		reader, err = s.source.Read(t.Context(), object, offset, length)
	}
	if err != nil {
		return "", err
	}
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	return string(got), nil
}

func (s suite) statObject(t *testing.T) {
	version := s.store.Put(t, s.bucket, "service/model.joblib", []byte("0123456789"))
	object := s.stat(t, "service/model.joblib", "")
	require.Equal(t, int64(10), object.Size)
	require.Equal(t, version, object.Version)
	require.Equal(t, source.Ref{Bucket: s.bucket, Key: "service/model.joblib"}, object.Ref)
	require.Empty(t, object.Encoding)
	if s.hasChecksum {
		require.True(t, object.Checksum.Known(), "the suite uploads objects with a checksum")
	}
	require.Equal(t, object.Checksum.Value, object.Checksum.Algorithm.Update(0, []byte("0123456789")))
}

func (s suite) emptyObject(t *testing.T) {
	s.store.Put(t, s.bucket, "empty", nil)
	require.Zero(t, s.stat(t, "empty", "").Size)
}

func (s suite) readRanges(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1000)
	s.store.Put(t, s.bucket, "ranges", body)
	object := s.stat(t, "ranges", "")
	for _, r := range []struct{ offset, length int64 }{
		{0, 16000}, {0, 1}, {15999, 1}, {0, 4096}, {4097, 5003}, {12345, 16000 - 12345},
	} {
		got, err := s.read(t, object, r.offset, r.length)
		require.NoError(t, err)
		require.Equal(t, string(body[r.offset:r.offset+r.length]), got, "%d bytes from %d", r.length, r.offset)
	}
}

// Size, checksum and ranges are those of the stored bytes.
func (s suite) encodedObject(t *testing.T) {
	packed := archivetest.Gzip(t, bytes.Repeat([]byte("text "), 1000))
	s.store.PutGzipped(t, s.bucket, "data.csv", packed)
	object := s.stat(t, "data.csv", "")
	require.Equal(t, int64(len(packed)), object.Size)
	require.Equal(t, "gzip", object.Encoding)
	require.Equal(t, object.Checksum.Value, object.Checksum.Algorithm.Update(0, packed))
	got, err := s.read(t, object, 5, 10)
	require.NoError(t, err)
	require.Equal(t, string(packed[5:15]), got)
}

func (s suite) escapedKey(t *testing.T) {
	const key = "a b/ü+ä&x=1/%41#?.bin"
	s.store.Put(t, s.bucket, key, []byte("odd"))
	got, err := s.read(t, s.stat(t, key, ""), 0, 3)
	require.NoError(t, err)
	require.Equal(t, "odd", got)
}

func (s suite) missingObject(t *testing.T) {
	_, err := s.source.Stat(t.Context(), source.Ref{Bucket: s.bucket, Key: "service/none"})
	require.ErrorContains(t, err, s.store.URL(s.bucket, "service/none")+": no such object")
	require.Equal(t, fetcherr.NotFound, fetcherr.KindOf(err))
}

func (s suite) missingBucket(t *testing.T) {
	_, err := s.source.Stat(t.Context(), source.Ref{Bucket: "no-such-bucket", Key: "service/model.joblib"})
	require.ErrorContains(t, err, "no-such-bucket")
	require.Equal(t, fetcherr.NotFound, fetcherr.KindOf(err), "%v", err)
}

func (s suite) missingVersion(t *testing.T) {
	s.store.Put(t, s.bucket, "versioned", []byte("one"))
	_, err := s.source.Stat(t.Context(), source.Ref{Bucket: s.bucket, Key: "versioned", Version: s.store.MissingVersion()})
	require.ErrorContains(t, err, s.store.MissingVersion())
	require.Equal(t, fetcherr.NotFound, fetcherr.KindOf(err), "%v", err)
}

func (s suite) pinnedVersion(t *testing.T) {
	first := s.store.Put(t, s.bucket, "pinned", []byte("first"))
	s.store.Put(t, s.bucket, "pinned", []byte("second, and longer"))
	object := s.stat(t, "pinned", first)
	require.Equal(t, first, object.Version)
	got, err := s.read(t, object, 0, 5)
	require.NoError(t, err)
	require.Equal(t, "first", got)
}

func (s suite) replacedObject(t *testing.T) {
	s.store.Put(t, s.bucket, "replaced", bytes.Repeat([]byte("old "), 100))
	object := s.stat(t, "replaced", "")
	s.store.Put(t, s.bucket, "replaced", bytes.Repeat([]byte("new "), 100))
	s.requireOldBytesOrChanged(t, object, "old ")
}

func (s suite) removedObject(t *testing.T) {
	s.store.Put(t, s.bucket, "removed", []byte("gone later"))
	object := s.stat(t, "removed", "")
	s.store.Delete(t, s.bucket, "removed")
	s.requireOldBytesOrChanged(t, object, "gone")
}

// requireOldBytesOrChanged reads the beginning of an object that is no longer live. The store returns the content of
// that version, if it still has it, or the error is fetcherr.ObjectChanged.
func (s suite) requireOldBytesOrChanged(t *testing.T, object source.Object, old string) {
	t.Helper()
	got, err := s.read(t, object, 0, int64(len(old)))
	if err == nil {
		require.Equal(t, old, got)
		return
	}
	require.Equal(t, fetcherr.ObjectChanged, fetcherr.KindOf(err), "%v", err)
}

func (s suite) cancelledRead(t *testing.T) {
	s.store.Put(t, s.bucket, "cancelled", []byte("0123456789"))
	object := s.stat(t, "cancelled", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.source.Read(ctx, object, 0, object.Size)
	require.ErrorIs(t, err, context.Canceled)
}
