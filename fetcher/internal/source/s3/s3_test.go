package s3_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/source/s3"
	"github.com/modelferry/modelferry/fetcher/internal/source/sourcetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestSource_conformance(t *testing.T) {
	for name, store := range map[string]storetest.Store{"versitygw": storetest.S3(t), "fake": storetest.FakeS3(t)} {
		t.Run(name, func(t *testing.T) {
			sourcetest.RunConformance(t, store, func(ctx context.Context) (source.Source, error) { return s3.New(ctx) })
		})
	}
}

func TestSource_deviations(t *testing.T) {
	sourcetest.RunDeviations(t, storetest.FakeS3, func(ctx context.Context) (source.Source, error) { return s3.New(ctx) })
}

// The server checks the version, too: it does not send an object only for the client to refuse it.
func TestSourceRead_sendsIfMatch(t *testing.T) {
	store := storetest.FakeS3(t)
	for key, value := range store.Env(store.Endpoint()) {
		t.Setenv(key, value)
	}
	src, err := s3.New(t.Context())
	require.NoError(t, err)
	bucket := store.Bucket(t)
	store.PutObject(t, bucket, "key", storetest.FakeObject{Body: []byte("body"), ETag: `"tag"`})
	var conditions []string
	store.Always(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		conditions = append(conditions, r.Header.Get("If-Match"))
		forward.ServeHTTP(w, r)
	})
	object, err := src.Stat(t.Context(), source.Ref{Bucket: bucket, Key: "key"})
	require.NoError(t, err)
	body, err := src.Read(t.Context(), object, 1, 2)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, []string{"", `"tag"`}, conditions)
}

// A bucket is not a host name below a custom endpoint: models-1.localhost does not resolve. For an IP address, as in
// the suite, the SDK uses path style by itself.
func TestSource_pathStyleForCustomEndpoint(t *testing.T) {
	store := storetest.S3(t)
	for key, value := range store.Env(strings.Replace(store.Endpoint(), "127.0.0.1", "localhost", 1)) {
		t.Setenv(key, value)
	}
	src, err := s3.New(t.Context())
	require.NoError(t, err)
	bucket := store.Bucket(t)
	store.Put(t, bucket, "key", []byte("body"))
	object, err := src.Stat(t.Context(), source.Ref{Bucket: bucket, Key: "key"})
	require.NoError(t, err)
	require.Equal(t, int64(4), object.Size)
}

func TestNew_requiresRegion(t *testing.T) {
	for key, value := range storetest.S3(t).Env("http://127.0.0.1:1") {
		t.Setenv(key, value)
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	_, err := s3.New(t.Context())
	require.ErrorContains(t, err, "set AWS_REGION")
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
}
