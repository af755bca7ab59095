package pack_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/pack"
)

func write(t *testing.T, dir string) (pack.Archive, []byte) {
	t.Helper()
	var packed bytes.Buffer
	archive, err := pack.Write(t.Context(), dir, &packed)
	require.NoError(t, err)
	return archive, packed.Bytes()
}

// modelFolder creates a folder with files, folders and links.
func modelFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"MLmodel": "flavors: {}\n", "model/weights.bin": strings.Repeat("weights", 100_000), "model/empty": "", "ü/a b": "x", "run.sh": "#!/bin/sh\n",
		strings.Repeat("long/", 40) + "name": "y",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "run.sh"), 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "nothing"), 0o755))
	require.NoError(t, os.Symlink("../model/weights.bin", filepath.Join(dir, "ü", "link")))
	return dir
}

func TestWrite_digestAndSizes(t *testing.T) {
	archive, packed := write(t, modelFolder(t))
	sum := sha256.Sum256(packed)
	require.Equal(t, hex.EncodeToString(sum[:]), archive.SHA256)
	require.EqualValues(t, len(packed), archive.Size)
	require.EqualValues(t, 700_000+12+1+10+1, archive.UnpackedSize)
	require.Equal(t, 7, archive.Files)
}

// The digest of a folder must not change with a version of the program: a release would be uploaded again. If it does,
// because of a new version of the compression, say so in CHANGELOG.md.
func TestWrite_digestIsTheSameOnEveryMachine(t *testing.T) {
	archive, _ := write(t, modelFolder(t))
	require.Equal(t, "054e4f886049cd3601912dbe1aced79e288ef192f453b7187e3813b24b81cb14", archive.SHA256)
}

func TestWrite_ignoresTimesModesAndOrder(t *testing.T) {
	want, _ := write(t, modelFolder(t))
	dir := modelFolder(t)
	require.NoError(t, os.Rename(filepath.Join(dir, "MLmodel"), filepath.Join(dir, "z")))
	require.NoError(t, os.Rename(filepath.Join(dir, "z"), filepath.Join(dir, "MLmodel")))
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		mode := os.FileMode(0o600)
		if entry.IsDir() || entry.Name() == "run.sh" {
			mode = 0o700
		}
		if entry.Type()&os.ModeSymlink != 0 {
			return err
		}
		return errors.Join(err, os.Chmod(name, mode), os.Chtimes(name, time.Unix(1, 2), time.Unix(3, 4)))
	}))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	got, _ := write(t, dir)
	require.Equal(t, want, got)
}

func TestWrite_headersHaveNoOrigin(t *testing.T) {
	_, packed := write(t, modelFolder(t))
	decoder, err := zstd.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	defer decoder.Close()
	for reader := tar.NewReader(decoder); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		require.Zero(t, header.Uid+header.Gid)
		require.Empty(t, header.Uname+header.Gname)
		require.Zero(t, header.ModTime.Unix())
		require.Zero(t, header.AccessTime.Unix()+62135596800, "no access time")
		require.Contains(t, []int64{0o644, 0o755, 0o777}, header.Mode)
	}
}

func TestWrite_refusesWhatTheFetcherRefuses(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("x"), 0o600))
	link := func(target string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Symlink(target, filepath.Join(dir, "x")))
		}
	}
	for name, tt := range map[string]struct {
		add  func(t *testing.T, dir string)
		text string
	}{
		"an absolute link":   {link(outside), `"x": it is a link to "` + outside + `" outside the folder`},
		"a link outside":     {link("../x"), `"x": it is a link to "../x" outside the folder`},
		"a link in a circle": {link("x"), `"x": it is a link to "x", which leads outside the folder or nowhere`},
		"a link to nothing":  {link("missing"), "which leads outside the folder or nowhere"},
		"a link over a file": {link("model/y"), "which leads outside the folder or nowhere"},
		"a chain of links outside": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755))
			require.NoError(t, os.Symlink("..", filepath.Join(dir, "a", "b", "up")))
			require.NoError(t, os.Symlink("a/b/up/../..", filepath.Join(dir, "x")))
		}, `"x": it is a link to "a/b/up/../..", which leads outside`},
		"a pipe": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "x"), 0o600))
		}, `"x": it is a pipe: only files, folders and symbolic links can be packed`},
		"a socket": {func(t *testing.T, dir string) {
			t.Helper()
			t.Chdir(dir) // the path of a socket is short
			listener, err := net.Listen("unix", "x")
			require.NoError(t, err)
			t.Cleanup(func() { listener.Close() })
		}, `"x": it is a socket`},
		"a name that is not UTF-8": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "\xff"), nil, 0o600))
		}, "must be UTF-8"},
		"a decompression bomb": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
			require.NoError(t, os.Truncate(filepath.Join(dir, "x"), 65<<20))
		}, "raise fetcher.archives.maxRatio"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "model"), []byte("x"), 0o600))
			tt.add(t, dir)
			_, err := pack.Write(t.Context(), dir, io.Discard)
			require.ErrorIs(t, err, pack.ErrUnsupported)
			require.ErrorContains(t, err, tt.text)
		})
	}
	_, err := pack.Write(t.Context(), t.TempDir(), io.Discard)
	require.ErrorIs(t, err, pack.ErrUnsupported)
	require.ErrorContains(t, err, "it has no file")
	_, err = pack.Write(t.Context(), outside, io.Discard)
	require.ErrorContains(t, err, "secret")
}

func TestWrite_leavesOutAttributesOfMacOS(t *testing.T) {
	want, _ := write(t, modelFolder(t))
	dir := modelFolder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "._MLmodel"), []byte("\x00\x05\x16\x07rest"), 0o600))
	got, _ := write(t, dir)
	require.Equal(t, want, got)
}

// growing grows a file of the folder as soon as the archive has its beginning.
type growing struct {
	file string
	t    *testing.T
}

func (g growing) Write(p []byte) (int, error) {
	content, err := os.ReadFile(g.file)
	require.NoError(g.t, err)
	require.NoError(g.t, os.WriteFile(g.file, append(content, "more"...), 0o600))
	return len(p), nil
}

func TestWrite_folderChangesMeanwhile(t *testing.T) {
	dir := t.TempDir()
	noise := make([]byte, 4<<20)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), noise, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b"), noise, 0o600))
	_, err := pack.Write(t.Context(), dir, growing{filepath.Join(dir, "b"), t})
	require.ErrorContains(t, err, `"b" was changed while it was packed`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = pack.Write(ctx, dir, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	_, err = pack.Write(t.Context(), dir, failing{})
	require.ErrorIs(t, err, syscall.ENOSPC)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, syscall.ENOSPC }
