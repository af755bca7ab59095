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

// newImmutableRegistry returns a repository in a registry with immutable tags. Like ECR, it rejects every push of an
// existing tag, even of the same image.
func newImmutableRegistry(t *testing.T) (repository string) {
	t.Helper()
	handler, err := RegistryHandler(filepath.Join(t.TempDir(), "blobs"))
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, reference, isManifest := strings.Cut(req.URL.Path, "/manifests/")
		if req.Method == http.MethodPut && isManifest && !strings.Contains(reference, ":") {
			existing := httptest.NewRecorder()
			handler.ServeHTTP(existing, httptest.NewRequest(http.MethodHead, req.URL.Path, nil))
			if existing.Code == http.StatusOK {
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

func newIndex(t *testing.T, content string) v1.ImageIndex {
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
	ref, err := Push(context.Background(), newImmutableRegistry(t), img)
	require.NoError(t, err)
	digest, err := name.NewDigest(ref)
	require.NoError(t, err)
	pulled, err := remote.Image(digest)
	require.NoError(t, err)
	require.NoError(t, validate.Image(pulled))
}

// Cleanup policies delete untagged manifests, so the manifest of every architecture needs a tag.
func TestPush_everyManifestTagged(t *testing.T) {
	repository := newImmutableRegistry(t)
	ref, err := Push(context.Background(), repository, newIndex(t, "one"))
	require.NoError(t, err)
	digest, err := name.NewDigest(ref)
	require.NoError(t, err)
	pulled, err := remote.Index(digest)
	require.NoError(t, err)
	require.NoError(t, validate.Index(pulled))

	manifest, err := pulled.IndexManifest()
	require.NoError(t, err)
	indexDigest, err := pulled.Digest()
	require.NoError(t, err)
	want := []string{Tag(indexDigest)}
	for _, part := range manifest.Manifests {
		want = append(want, Tag(part.Digest))
	}
	require.Len(t, want, 3)
	tags, err := remote.List(digest.Repository)
	require.NoError(t, err)
	require.ElementsMatch(t, want, tags)
}

func TestPush_existingImage(t *testing.T) {
	repository := newImmutableRegistry(t)
	first, err := Push(context.Background(), repository, newIndex(t, "one"))
	require.NoError(t, err)
	again, err := Push(context.Background(), repository, newIndex(t, "one"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := Push(context.Background(), repository, newIndex(t, "two"))
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

// The test registry behaves like ECR, so TestPush_existingImage can fail.
func TestNewImmutableRegistry_rejectsTag(t *testing.T) {
	repository := newImmutableRegistry(t)
	_, err := Push(context.Background(), repository, newIndex(t, "one"))
	require.NoError(t, err)
	one, err := newIndex(t, "one").Digest()
	require.NoError(t, err)
	tag, err := name.NewTag(repository + ":" + Tag(one))
	require.NoError(t, err)
	require.ErrorContains(t, remote.WriteIndex(tag, newIndex(t, "two")), "cannot be overwritten")
}
