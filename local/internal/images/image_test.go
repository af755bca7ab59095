package images

import (
	"archive/tar"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/require"
)

func TestNew_oneProgram(t *testing.T) {
	img, err := New("fetcher", "arm64", []byte("program"))
	require.NoError(t, err)

	config, err := img.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "linux", config.OS)
	require.Equal(t, "arm64", config.Architecture)
	require.Equal(t, "65532:65532", config.Config.User)
	require.Equal(t, []string{"/fetcher"}, config.Config.Entrypoint)

	files := tar.NewReader(mutate.Extract(img))
	header, err := files.Next()
	require.NoError(t, err)
	require.Equal(t, "fetcher", header.Name)
	require.Equal(t, int64(0o555), header.Mode)
	content, err := io.ReadAll(files)
	require.NoError(t, err)
	require.Equal(t, "program", string(content))
	_, err = files.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestNewIndex_reproducibleDigest(t *testing.T) {
	build := func(dir, content string) v1.Hash {
		binaries := map[string]string{}
		for _, arch := range []string{"amd64", "arm64"} {
			binaries[arch] = filepath.Join(dir, arch)
			require.NoError(t, os.WriteFile(binaries[arch], []byte(content+arch), 0o700))
		}
		index, err := NewIndex("fetcher", binaries)
		require.NoError(t, err)
		digest, err := index.Digest()
		require.NoError(t, err)
		return digest
	}
	first := build(t.TempDir(), "one")
	require.Equal(t, first, build(t.TempDir(), "one"))
	require.NotEqual(t, first, build(t.TempDir(), "two"))
}

func TestNewIndex_missingBinary(t *testing.T) {
	_, err := NewIndex("fetcher", map[string]string{"amd64": "/nowhere/fetcher"})
	require.ErrorContains(t, err, "image of fetcher for amd64: open /nowhere/fetcher")
}

func TestProgram_Compile_reproducible(t *testing.T) {
	dir := t.TempDir()
	program := Program{Name: "pause", Module: "../..", Package: "./cmd/pause"}
	// The compiler runs in a child process. Reading the source here makes Go's test cache depend on it.
	_, err := os.ReadFile("../../cmd/pause/main.go")
	require.NoError(t, err)
	var contents [2][]byte
	for i, out := range []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")} {
		require.NoError(t, program.Compile(context.Background(), "arm64", out))
		contents[i], err = os.ReadFile(out)
		require.NoError(t, err)
	}
	require.Equal(t, contents[0], contents[1])
}

func TestProgram_Compile_errorHasCompilerOutput(t *testing.T) {
	program := Program{Name: "none", Module: "../..", Package: "./nowhere"}
	err := program.Compile(context.Background(), "amd64", filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "build none for amd64")
	require.ErrorContains(t, err, "nowhere")
}
