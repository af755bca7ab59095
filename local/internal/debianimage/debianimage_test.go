package debianimage

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"
)

// Small packages that need nothing but what is omitted.
var small = Spec{
	Packages: []string{"python3-six", "media-types"},
	Omit:     []string{"python3"},
	Links:    map[string]string{"usr/bin/python": "python3"},
}

func TestBuild_reproducible(t *testing.T) {
	if err := CheckHost(); err != nil {
		t.Skip(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root: the lists of packages may have to be updated")
	}
	build := func(dir string) *Layer {
		layer, err := Build(t.Context(), dir, small, func(line string) { t.Log(line) })
		require.NoError(t, err)
		return layer
	}
	dir := t.TempDir()
	first, second := build(dir), build(t.TempDir())
	require.Equal(t, first.record, second.record)
	require.NoError(t, validate.Layer(first), "the recorded digests are those of the file")

	require.Equal(t, first, build(dir), "from the cache")
	names := layerFiles(t, first)
	require.Equal(t, "usr/bin", names["bin"].Linkname)
	require.Equal(t, "python3", names["usr/bin/python"].Linkname)
	require.Contains(t, names, "usr/lib/python3/dist-packages/six.py")
	require.Contains(t, names, "usr/share/doc/python3-six/copyright")
	require.NotContains(t, names, "usr/share/doc/python3-six/changelog.Debian.gz")
	require.NotContains(t, names, "usr/bin/python3", "omitted")

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "the lock, the layer and its record, no downloads")
}

func TestBuild_canceled(t *testing.T) {
	if err := CheckHost(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, err := Build(ctx, dir, small, func(string) {})
	require.ErrorIs(t, err, context.Canceled)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestOpenLayer_incomplete(t *testing.T) {
	file := filepath.Join(t.TempDir(), "layer.tar.gz")
	_, err := openLayer(file)
	require.ErrorIs(t, err, os.ErrNotExist)
	layer, err := writeLayer(t.Context(), file, Spec{}, nil)
	require.NoError(t, err)
	again, err := openLayer(file)
	require.NoError(t, err)
	require.Equal(t, layer, again)
	require.NoError(t, os.Truncate(file, 10))
	_, err = openLayer(file)
	require.ErrorContains(t, err, "layer.tar.gz has 10 bytes, must have")
}

// layerFiles returns the headers of a layer by name.
func layerFiles(t *testing.T, layer v1.Layer) map[string]*tar.Header {
	t.Helper()
	content, err := layer.Uncompressed()
	require.NoError(t, err)
	defer content.Close()
	headers := map[string]*tar.Header{}
	files := tar.NewReader(content)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return headers
		}
		require.NoError(t, err)
		name := filepath.Clean(header.Name)
		require.NotContains(t, headers, name)
		headers[name] = header
	}
}

// newDeb builds a package with the files of a folder.
func newDeb(t *testing.T, name string, files map[string]os.FileMode) string {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("needs dpkg-deb of Debian")
	}
	dir := filepath.Join(t.TempDir(), name)
	control := "Package: " + name + "\nVersion: 1\nArchitecture: all\nMaintainer: none <none@example.com>\nDescription: test\n"
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "DEBIAN"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "DEBIAN", "control"), []byte(control), 0o600))
	for file, mode := range files {
		file = filepath.Join(dir, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(name), 0o600))
		require.NoError(t, os.Chmod(file, mode))
	}
	deb := dir + ".deb"
	output, err := exec.Command("dpkg-deb", "--build", dir, deb).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return deb
}
