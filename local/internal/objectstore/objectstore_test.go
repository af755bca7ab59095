package objectstore

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
)

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

func md5Sum(text string) []byte {
	s := md5.Sum([]byte(text))
	return s[:]
}

// fakeBackend is a store with one object that accepts every write.
type fakeBackend struct {
	objectAttrs
	err error
	put string
}

func (f *fakeBackend) stat(context.Context, string, string) (objectAttrs, error) {
	return f.objectAttrs, f.err
}

func (f *fakeBackend) Put(_ context.Context, _, _ string, content io.ReadSeeker) (string, error) {
	written, err := io.ReadAll(content)
	f.put = string(written)
	return "1", err
}

func TestUploadIfChanged_writesOnlyChanges(t *testing.T) {
	for name, c := range map[string]struct {
		there objectAttrs
		put   string
	}{
		"missing":     {there: objectAttrs{bytes: -1}, put: "model"},
		"same":        {there: objectAttrs{bytes: 5, md5: hex.EncodeToString(md5Sum("model"))}},
		"other size":  {there: objectAttrs{bytes: 4, md5: hex.EncodeToString(md5Sum("mode"))}, put: "model"},
		"other bytes": {there: objectAttrs{bytes: 5, md5: hex.EncodeToString(md5Sum("xxxxx"))}, put: "model"},
		"unknown MD5": {there: objectAttrs{bytes: 5}, put: "model"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeBackend{objectAttrs: c.there}
			require.NoError(t, uploadIfChanged(context.Background(), f, "models", "key", writeFile(t, "model")))
			require.Equal(t, c.put, f.put)
		})
	}
	require.ErrorContains(t, uploadIfChanged(context.Background(), &fakeBackend{}, "models", "key", "/nowhere/file"), "/nowhere/file")
	broken := &fakeBackend{err: errors.New("broken")}
	require.EqualError(
		t,
		uploadIfChanged(context.Background(), broken, "models", "key", writeFile(t, "model")),
		"stat key in bucket models: broken",
	)
}

func TestGCSClient(t *testing.T) {
	objects := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer s", r.Header.Get("Authorization"))
		key := r.URL.Query().Get("name")
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/upload/storage/v1/b/models/") {
			content, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			objects[key] = string(content)
		} else {
			key = strings.TrimPrefix(r.URL.Path, "/storage/v1/b/models/o/")
		}
		content, ok := objects[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"size": "%d", "md5Hash": %q, "generation": "17"}`, len(content), md5Base64(content))
	}))
	defer server.Close()
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	writeAccount(t, layout)
	client, err := Open(context.Background(), layout, node.Info{StoreURL: server.URL})
	require.NoError(t, err)

	require.NoError(t, client.UploadIfChanged(context.Background(), "models", "bankchurn/model.joblib", writeFile(t, "model")))
	require.Equal(t, map[string]string{"bankchurn/model.joblib": "model"}, objects)
	version, err := client.Put(context.Background(), "models", "a b", strings.NewReader("c"))
	require.NoError(t, err)
	require.Equal(t, "17", version)
	require.Equal(t, "c", objects["a b"])

	_, err = client.Put(context.Background(), "none", "key", strings.NewReader("c"))
	require.ErrorContains(t, err, "put gs://none/key: no such bucket")
}

func TestS3Client(t *testing.T) {
	objects := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/aws4_request") || !strings.HasPrefix(r.URL.Path, "/models/") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `<Error><Code>NoSuchBucket</Code></Error>`)
			return
		}
		if r.Method == http.MethodPut {
			content, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			objects[r.URL.Path] = string(content)
			w.Header().Set("x-amz-version-id", "v1")
		}
		content, ok := objects[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("ETag", `"`+hex.EncodeToString(md5Sum(content))+`"`)
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		}
	}))
	defer server.Close()
	layout, err := paths.New(t.TempDir(), "eks")
	require.NoError(t, err)
	_, err = Open(context.Background(), layout, node.Info{StoreURL: server.URL})
	require.ErrorContains(t, err, "object store's account")
	writeAccount(t, layout)
	client, err := Open(context.Background(), layout, node.Info{StoreURL: server.URL, Region: "eu-west-1"})
	require.NoError(t, err)

	file := writeFile(t, "model")
	require.NoError(t, client.UploadIfChanged(context.Background(), "models", "bankchurn/model.joblib", file))
	require.Contains(t, objects["/models/bankchurn/model.joblib"], "model")
	version, err := client.Put(context.Background(), "models", "key", strings.NewReader("c"))
	require.NoError(t, err)
	require.Equal(t, "v1", version)

	_, err = client.Put(context.Background(), "none", "key", strings.NewReader("c"))
	require.ErrorContains(t, err, "put s3://none/key: no such bucket")
}

func writeAccount(t *testing.T, layout paths.Layout) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(layout.Secret("store.json")), 0o700))
	require.NoError(t, os.WriteFile(layout.Secret("store.json"), []byte(`{"accessKey": "a", "secretKey": "s"}`), 0o600))
}

func md5Base64(text string) string { return base64.StdEncoding.EncodeToString(md5Sum(text)) }
