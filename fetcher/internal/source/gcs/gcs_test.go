package gcs_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/source/gcs"
	"github.com/modelferry/modelferry/fetcher/internal/source/sourcetest"
	"github.com/modelferry/modelferry/fetcher/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestSource_conformance(t *testing.T) {
	for name, store := range map[string]storetest.Store{"fake-gcs-server": storetest.GCS(t), "fake": storetest.FakeGCS(t)} {
		t.Run(name, func(t *testing.T) {
			sourcetest.RunConformance(t, store, func(context.Context) (source.Source, error) { return gcs.New("test/1") })
		})
	}
}

// Size, ranges and digest are those of the stored content. GCS would decompress the object and ignore the range.
func TestSource_gzipEncodedObjectReadAsStored(t *testing.T) {
	store := storetest.GCS(t)
	t.Setenv("STORAGE_EMULATOR_HOST", store.Endpoint())
	src, err := gcs.New("test/1")
	require.NoError(t, err)
	bucket, packed := store.Bucket(t), archivetest.Gzip(t, bytes.Repeat([]byte("text "), 1000))
	store.PutGzipped(t, bucket, "data.csv", packed)
	object, err := src.Stat(t.Context(), source.Ref{Bucket: bucket, Key: "data.csv"})
	require.NoError(t, err)
	require.Equal(t, int64(len(packed)), object.Size)
	reader, err := src.Read(t.Context(), object, 5, 10)
	require.NoError(t, err)
	defer reader.Close()
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, packed[5:15], got)
}

// fake-gcs-server never decompresses, so this test checks the header.
func TestSourceRead_acceptEncodingGzip(t *testing.T) {
	var encodings []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		encodings = append(encodings, r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Range", "bytes 0-0/2")
		w.Header().Set("X-Goog-Generation", "1")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write([]byte("x"))
	}))
	defer server.Close()
	t.Setenv("STORAGE_EMULATOR_HOST", server.URL)
	src, err := gcs.New("test/1")
	require.NoError(t, err)
	reader, err := src.Read(t.Context(), source.Object{Ref: source.Ref{Bucket: "b", Key: "k"}, Size: 2, Version: "1"}, 0, 1)
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	require.Equal(t, []string{"gzip"}, encodings)
}
