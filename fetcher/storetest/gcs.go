package storetest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/storage/v1"
)

// GCSStore is a running fake-gcs-server.
type GCSStore struct {
	endpoint string
	service  *storage.Service
}

var (
	gcsOnce  sync.Once
	gcsStore *GCSStore
)

// GCS returns the package's fake-gcs-server and starts it at the first call.
func GCS(tb testing.TB) *GCSStore {
	tb.Helper()
	gcsOnce.Do(func() {
		port, data := freePort(tb), tempFolder(tb)
		endpoint := "http://" + loopbackAddress(port)
		// The file backend stores only one version of an object.
		startServer(tb, endpoint, "fake-gcs-server", "-backend", "memory", "-scheme", "http",
			"-host", "127.0.0.1", "-port", strconv.Itoa(port), "-filesystem-root", filepath.Join(data, "gcs"),
			"-external-url", endpoint, "-public-host", loopbackAddress(port), "-log-level", "error")
		service, err := storage.NewService(context.Background(),
			option.WithEndpoint(endpoint+"/storage/v1/"), option.WithoutAuthentication())
		require.NoError(tb, err)
		gcsStore = &GCSStore{endpoint: endpoint, service: service}
	})
	require.NotNil(tb, gcsStore, "fake-gcs-server did not start in an earlier test")
	return gcsStore
}

func (s *GCSStore) Endpoint() string { return s.endpoint }

func (s *GCSStore) Env(endpoint string) map[string]string {
	return map[string]string{"STORAGE_EMULATOR_HOST": endpoint}
}

// Bucket creates a bucket with versioning.
func (s *GCSStore) Bucket(tb testing.TB) string {
	tb.Helper()
	return s.addBucket(tb, true)
}

// UnversionedBucket creates a bucket without versioning.
func (s *GCSStore) UnversionedBucket(tb testing.TB) string {
	tb.Helper()
	return s.addBucket(tb, false)
}

func (s *GCSStore) addBucket(tb testing.TB, versioned bool) string {
	tb.Helper()
	bucket := fmt.Sprintf("models-%d", nameCounter.Add(1))
	_, err := s.service.Buckets.Insert("modelferry", &storage.Bucket{
		Name: bucket, Versioning: &storage.BucketVersioning{Enabled: versioned},
	}).Do()
	require.NoError(tb, err)
	return bucket
}

func (s *GCSStore) Put(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return s.insert(tb, bucket, key, body, "")
}

func (s *GCSStore) PutGzipped(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return s.insert(tb, bucket, key, body, "gzip")
}

func (s *GCSStore) insert(tb testing.TB, bucket, key string, body []byte, encoding string) string {
	tb.Helper()
	put, err := s.service.Objects.Insert(bucket, &storage.Object{Name: key, ContentEncoding: encoding}).
		Media(bytes.NewReader(body), googleapi.ChunkSize(0)).Do() // one request
	require.NoError(tb, err)
	return strconv.FormatInt(put.Generation, 10)
}

func (s *GCSStore) Delete(tb testing.TB, bucket, key string) {
	tb.Helper()
	require.NoError(tb, s.service.Objects.Delete(bucket, key).Do())
}

func (s *GCSStore) MissingVersion() string { return "17" }

func (s *GCSStore) EnvVars() (bucket, path string) { return "GCS_BUCKET", "GCS_MODEL_PATH" }

func (s *GCSStore) URL(bucket, key string) string { return "gs://" + bucket + "/" + key }

func mkdir(tb testing.TB, name string) {
	tb.Helper()
	require.NoError(tb, os.MkdirAll(name, 0o755))
}
