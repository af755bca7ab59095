package images

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"
)

// immutable is a registry as ECR is: a tag that is set is not set again, not even to what it is.
func immutable(t *testing.T) (repository string) {
	t.Helper()
	handler, err := RegistryHandler(filepath.Join(t.TempDir(), "blobs"))
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, reference, isManifest := strings.Cut(req.URL.Path, "/manifests/")
		if req.Method == http.MethodPut && isManifest && !strings.Contains(reference, ":") {
			there := httptest.NewRecorder()
			handler.ServeHTTP(there, httptest.NewRequest(http.MethodHead, req.URL.Path, nil))
			if there.Code == http.StatusOK {
				http.Error(
					w,
					`{"errors":[{"code":"TAG_INVALID","message":"the tag exists, and cannot be overwritten"}]}`,
					http.StatusBadRequest,
				)
				return
			}
		}
		handler.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://") + "/fetcher"
}

func index(t *testing.T, content string) v1.ImageIndex {
	t.Helper()
	binaries := map[string]string{}
	for _, arch := range []string{"amd64", "arm64"} {
		binaries[arch] = filepath.Join(t.TempDir(), arch)
		require.NoError(t, os.WriteFile(binaries[arch], []byte(content+arch), 0o700))
	}
	index, err := NewIndex("fetcher", binaries)
	require.NoError(t, err)
	return index
}

func TestPush_byDigest(t *testing.T) {
	img, err := New("fetcher", "amd64", []byte("program"))
	require.NoError(t, err)
	ref, err := Push(context.Background(), immutable(t), img)
	require.NoError(t, err)
	digest, err := name.NewDigest(ref)
	require.NoError(t, err)
	pulled, err := remote.Image(digest)
	require.NoError(t, err)
	require.NoError(t, validate.Image(pulled))
}

// What has no tag is cleaned up: each manifest that an image is made of has one.
func TestPush_everyManifestTagged(t *testing.T) {
	repository := immutable(t)
	ref, err := Push(context.Background(), repository, index(t, "one"))
	require.NoError(t, err)
	digest, err := name.NewDigest(ref)
	require.NoError(t, err)
	pulled, err := remote.Index(digest)
	require.NoError(t, err)
	require.NoError(t, validate.Index(pulled))

	manifest, err := pulled.IndexManifest()
	require.NoError(t, err)
	own, err := pulled.Digest()
	require.NoError(t, err)
	want := []string{Tag(own)}
	for _, part := range manifest.Manifests {
		want = append(want, Tag(part.Digest))
	}
	require.Len(t, want, 3)
	tags, err := remote.List(digest.Repository)
	require.NoError(t, err)
	require.ElementsMatch(t, want, tags)
}

func TestPush_existingImage(t *testing.T) {
	repository := immutable(t)
	first, err := Push(context.Background(), repository, index(t, "one"))
	require.NoError(t, err)
	again, err := Push(context.Background(), repository, index(t, "one"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := Push(context.Background(), repository, index(t, "two"))
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

// The stand-in for ECR is one: without being asked first, it refuses.
func TestPush_immutableTag(t *testing.T) {
	repository := immutable(t)
	_, err := Push(context.Background(), repository, index(t, "one"))
	require.NoError(t, err)
	one, err := index(t, "one").Digest()
	require.NoError(t, err)
	tag, err := name.NewTag(repository + ":" + Tag(one))
	require.NoError(t, err)
	require.ErrorContains(t, remote.WriteIndex(tag, index(t, "two")), "cannot be overwritten")
}
