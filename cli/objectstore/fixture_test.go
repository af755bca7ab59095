package objectstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

const mib = 1 << 20

// onEachStore runs a test on both clouds.
func onEachStore(t *testing.T, test func(t *testing.T, server uploadtest.Store, store objectstore.Store)) {
	t.Helper()
	for _, cloud := range config.Clouds() {
		t.Run(string(cloud), func(t *testing.T) {
			server := uploadtest.New(t, cloud)
			test(t, server, open(t, server))
		})
	}
}

func open(t *testing.T, server uploadtest.Store) objectstore.Store {
	t.Helper()
	store, err := objectstore.Open(t.Context(), server.Location)
	require.NoError(t, err)
	objectstore.SetRetries(store, 4, time.Millisecond)
	return store
}

// randomContent returns a content of n bytes that does not compress, the same for a seed.
func randomContent(n int, seed uint64) ([]byte, objectstore.Content) {
	content := make([]byte, n)
	source := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = source.Read(content) // always succeeds
	return content, contentOf(content)
}

func contentOf(content []byte) objectstore.Content {
	return objectstore.Content{File: bytes.NewReader(content), Size: int64(len(content)), SHA256: sha256Of(content)}
}

func sha256Of(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func read(t *testing.T, store objectstore.Store, key string) []byte {
	t.Helper()
	reader, _, err := store.Open(t.Context(), key)
	require.NoError(t, err)
	defer reader.Close()
	content, err := io.ReadAll(reader)
	require.NoError(t, err)
	return content
}

// requireMissing fails if the key exists.
func requireMissing(t *testing.T, store objectstore.Store, key string) {
	t.Helper()
	_, err := store.Stat(context.WithoutCancel(t.Context()), key)
	require.ErrorIs(t, err, objectstore.ErrNotFound)
}

// isContentGet matches requests for the content of an object.
func isContentGet(r *http.Request) bool {
	return faultproxy.IsMedia(r) || r.Method == http.MethodGet && r.URL.Query().Get("x-id") == "GetObject"
}
