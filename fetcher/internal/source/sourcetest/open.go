package sourcetest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// openObject compares Open with Stat. Whether there is a body depends on how the store deviates; if there is one, it is
// that of the object.
func (s suite) openObject(t *testing.T) {
	opener := s.opener(t)
	plain, packed := bytes.Repeat([]byte("0123456789abcdef"), 1000), archivetest.Gzip(t, []byte("text"))
	first := s.store.Put(t, s.bucket, "open/versioned", plain[:100])
	s.store.Put(t, s.bucket, "open/versioned", plain)
	s.store.Put(t, s.bucket, "open/empty", nil)
	s.store.PutGzipped(t, s.bucket, "open/packed", packed)
	for _, tt := range []struct {
		key, version string
		want         []byte
	}{
		{"open/versioned", "", plain}, {"open/versioned", first, plain[:100]}, {"open/empty", "", nil}, {"open/packed", "", packed},
	} {
		ref := source.Ref{Bucket: s.bucket, Key: tt.key, Version: tt.version}
		object, body, err := opener.Open(t.Context(), ref)
		require.NoError(t, err, tt.key)
		stat := s.stat(t, tt.key, tt.version)
		if !stat.Checksum.Known() { // a store without HEAD
			stat.Checksum = object.Checksum
		}
		stat.Sequential = object.Sequential // a store without HEAD and ranges
		require.Equal(t, stat, object)
		if body == nil {
			require.True(t, s.deviates || len(tt.want) == 0, "%s: no body", tt.key)
			continue
		}
		got, err := io.ReadAll(body)
		require.NoError(t, err, tt.key)
		require.NoError(t, body.Close())
		require.Equal(t, tt.want, got, tt.key)
	}
}

// openMissing requires the errors of Stat.
func (s suite) openMissing(t *testing.T) {
	opener := s.opener(t)
	s.store.Put(t, s.bucket, "open/one", []byte("one"))
	for _, ref := range []source.Ref{
		{Bucket: s.bucket, Key: "open/none"},
		{Bucket: "no-such-bucket", Key: "open/one"},
		{Bucket: s.bucket, Key: "open/one", Version: s.store.MissingVersion()},
	} {
		_, want := s.source.Stat(t.Context(), ref)
		_, body, err := opener.Open(t.Context(), ref)
		require.Nil(t, body)
		require.EqualError(t, err, want.Error())
		require.Equal(t, fetcherr.NotFound, fetcherr.KindOf(err))
	}
}

func (s suite) cancelledOpen(t *testing.T) {
	opener := s.opener(t)
	s.store.Put(t, s.bucket, "open/cancelled", []byte("0123456789"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := opener.Open(ctx, source.Ref{Bucket: s.bucket, Key: "open/cancelled"})
	require.ErrorIs(t, err, context.Canceled)
}

func (s suite) opener(t *testing.T) source.Opener {
	t.Helper()
	opener, ok := s.source.(source.Opener)
	require.True(t, ok, "%T does not implement source.Opener", s.source)
	return opener
}
