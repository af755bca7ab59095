package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

const repository = "../../.."

// open opens the example servers of this repository, with a cache of the test.
func open(t *testing.T) *Servers {
	t.Helper()
	if err := CheckHost(); err != nil {
		t.Skip(err)
	}
	layout, err := paths.New(repository, "gke")
	require.NoError(t, err)
	s, err := Open(t.Context(), layout, func(line string) { t.Log(line) })
	require.NoError(t, err)
	s.cache = t.TempDir()
	return s
}

// Two builds give the same image and the same artifacts. The servers load what the training scripts wrote.
func TestServers_Build_reproducible(t *testing.T) {
	if os.Getenv("MODELFERRY_TEST_TRAIN") == "" {
		t.Skip("trains all models twice, which takes a minute: run make test-examples")
	}
	first, second := open(t), open(t)
	for _, s := range []*Servers{first, second} {
		require.NoError(t, s.Build(t.Context()))
	}
	for _, service := range Services() {
		var digests [2]string
		for i, s := range []*Servers{first, second} {
			image, err := s.Image(service)
			require.NoError(t, err)
			digest, err := image.Digest()
			require.NoError(t, err)
			digests[i] = digest.String()
		}
		require.Equal(t, digests[0], digests[1], service)
		for _, file := range trained[service] {
			one, err := os.ReadFile(filepath.Join(first.modelsDir(DefaultVariant), file))
			require.NoError(t, err)
			two, err := os.ReadFile(filepath.Join(second.modelsDir(DefaultVariant), file))
			require.NoError(t, err)
			require.Equal(t, one, two, file)
		}
	}
	entries, err := os.ReadDir(first.cache)
	require.NoError(t, err)
	require.Len(t, entries, 3, "the lock, bytecode and models; the unpacked image was removed")
}
