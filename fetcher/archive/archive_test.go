package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive"
	. "github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// extract extracts into a folder and fails the test if anything was written outside of it.
func extract(tb testing.TB, packed []byte, limits archive.Limits) (folder string, content archive.Content, err error) {
	tb.Helper()
	outside := tb.TempDir()
	folder = filepath.Join(outside, "staging", "0")
	require.NoError(tb, os.MkdirAll(folder, 0o755))
	root, err := os.OpenRoot(folder)
	require.NoError(tb, err)
	defer root.Close()
	content, err = archive.Extract(tb.Context(), bytes.NewReader(packed), root, limits)
	for _, dir := range []string{outside, filepath.Dir(folder)} {
		entries, err := os.ReadDir(dir)
		require.NoError(tb, err)
		require.Len(tb, entries, 1, "a file was written outside of the folder")
	}
	return folder, content, err
}

func TestExtract_compressionFormats(t *testing.T) {
	packed := Tar(t, Folder("./"), File("./a/b.txt", []byte("b")), File("empty", nil), Folder("void/"))
	for name, packed := range map[string][]byte{
		"tar": packed, "gzip": Gzip(t, packed), "zstd": Zstd(t, packed),
		"gzip in two members": append(Gzip(t, packed[:700]), Gzip(t, packed[700:])...),
	} {
		t.Run(name, func(t *testing.T) {
			folder, content, err := extract(t, packed, archive.Limits{})
			require.NoError(t, err)
			require.Equal(t, []archive.File{{Path: "a/b.txt", Bytes: 1, CRC32C: 0xd4202283}, {Path: "empty"}},
				withKnownChecksums(content.Files))
			require.DirExists(t, filepath.Join(folder, "void"))
			body, err := os.ReadFile(filepath.Join(folder, "a/b.txt"))
			require.NoError(t, err)
			require.Equal(t, "b", string(body))
		})
	}
}

// withKnownChecksums sets the checksum of every file that is not empty: the test does not compare them.
func withKnownChecksums(files []archive.File) []archive.File {
	for i := range files {
		if files[i].Bytes > 0 {
			files[i].CRC32C = 0xd4202283
		}
	}
	return files
}

func TestExtract_fileModes(t *testing.T) {
	packed := Tar(t, File("data", []byte("x")).WithMode(0o600), File("run.sh", []byte("x")).WithMode(0o711), Folder("d").WithMode(0o700),
		// A volume with fsGroup sets setgid.
		File("su", []byte("x")).WithMode(0o6755), File("sg", []byte("x")).WithMode(0o2640), Folder("s").WithMode(0o3770))
	folder, _, err := extract(t, packed, archive.Limits{})
	require.NoError(t, err)
	for name, want := range map[string]fs.FileMode{"data": 0o644, "run.sh": 0o755, "d": 0o755, "su": 0o755, "sg": 0o644, "s": 0o755} {
		info, err := os.Stat(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode()&^fs.ModeDir, name)
	}
}

func TestExtract_linksInsideArchive(t *testing.T) {
	folder, content, err := extract(t, Tar(t,
		File("blobs/1", []byte("weights")), Folder("snapshots/"), Symlink("snapshots/model.bin", "../blobs/1"),
		Symlink("latest", "snapshots"), HardLink("copy", "./blobs/1"), Symlink("before", "after"), File("after", []byte("x")),
	), archive.Limits{})
	require.NoError(t, err)
	for _, name := range []string{"latest/model.bin", "copy"} {
		body, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Equal(t, "weights", string(body))
	}
	require.Equal(t, "../blobs/1", content.Files[1].Link)
	require.Equal(t, content.Files[0].CRC32C, content.Files[3].CRC32C)
}

func TestExtract_linkLeadsThrough(t *testing.T) {
	_, content, err := extract(t, Tar(t,
		Symlink("n", "b/../c/./m"), Folder("b"), Symlink("c", "a"), File("a/m", []byte("x")), HardLink("h", "n"),
	), archive.Limits{NewHash: func() io.Writer { return io.Discard }})
	require.NoError(t, err)
	for _, file := range content.Files {
		switch file.Path {
		case "n", "h":
			require.Equal(t, []string{file.Path, "b", "c", "a", "a/m"}, slices.Collect(file.Through))
		case "c":
			require.Equal(t, []string{"c", "a"}, slices.Collect(file.Through))
		default:
			require.Nil(t, file.Through)
		}
	}
	for range content.Files[0].Through { // may be left early
		break
	}
}

func TestExtract_rejectsUnsafeEntries(t *testing.T) {
	ok := File("ok", []byte("x"))
	tests := []struct {
		name    string
		entries []Entry
		want    string
	}{
		{"an absolute name", []Entry{ok, File("/etc/cron.d/evil", nil)}, "has an absolute name"},
		{".. at the front", []Entry{ok, File("../evil", nil)}, "has .. in its name"},
		{".. in the middle", []Entry{ok, File("a/../../evil", nil)}, "has .. in its name"},
		{".. inside the folder", []Entry{ok, File("a/../b", nil)}, "has .. in its name"},
		{"a name that is only ..", []Entry{ok, Folder("..")}, "has .. in its name"},
		{"a file named .", []Entry{ok, File(".", nil)}, "has no usable name"},
		{"a name that is not UTF-8", []Entry{ok, File("a\xff", nil)}, "has no usable name"},
		{"an absolute link", []Entry{ok, Symlink("l", "/etc/passwd")}, "leaves the archive"},
		{"a link outside the folder", []Entry{ok, Symlink("a/l", "../../etc")}, "leaves the archive"},
		{"a dangling link", []Entry{ok, Symlink("l", "none")}, "outside the archive or nowhere"},
		{"a link to itself", []Entry{ok, Symlink("l", "l")}, "outside the archive or nowhere"},
		{"a file through a link", []Entry{ok, Folder("d"), Symlink("l", "d"), File("l/evil", nil)}, "is used as a folder but is not one"},
		{"a folder through a link", []Entry{ok, Folder("d"), Symlink("l", "d"), Folder("l/evil")}, "is used as a folder but is not one"},
		{"a chain of links outside the folder", []Entry{ok, Folder("d/e"), Symlink("d/here", "."),
			Symlink("d/e/up", "../here/.."), Symlink("out", "d/e/up/../..")}, "outside the archive or nowhere"},
		{"a link in place of a folder", []Entry{ok, File("d/x", nil), Symlink("d", "ok")}, "is in the archive twice"},
		{"a folder in place of a link", []Entry{ok, Symlink("d", "ok"), Folder("d")}, "is used as a folder but is not one"},
		{"a file in place of a folder", []Entry{ok, Folder("d"), File("d", nil)}, "is in the archive twice"},
		{"a hard link in place of a folder", []Entry{ok, Folder("d"), HardLink("d", "ok")}, "is in the archive twice"},
		{"a file below a file", []Entry{ok, File("ok/below", nil)}, "is used as a folder but is not one"},
		{"a hard link outside", []Entry{ok, HardLink("h", "../../etc/passwd")}, "not a file of the archive"},
		{"a hard link to an absolute name", []Entry{ok, HardLink("h", "/etc/passwd")}, "not a file of the archive"},
		{"a hard link to a later file", []Entry{ok, HardLink("h", "later"), File("later", nil)}, "not a file of the archive"},
		{"a hard link to a folder", []Entry{ok, Folder("d"), HardLink("h", "d")}, "not a file of the archive"},
		{"a hard link to a link, which leaves the folder", []Entry{ok, Symlink("d/e/l", "../../ok"), HardLink("h", "d/e/l")},
			"leaves the archive"},
		{"a hard link to a link, which leads nowhere", []Entry{ok, File("d/x", nil), Symlink("d/l", "x"), HardLink("h", "d/l")},
			"outside the archive or nowhere"},
		{"a file below a link that a hard link made", []Entry{ok, Folder("d"), Symlink("l", "d"), HardLink("h", "l"), File("h/evil", nil)},
			"is used as a folder but is not one"},
		{"nested links outside, each lexically inside", []Entry{ok, Folder("d/e"), Symlink("d/e/root", "../.."),
			Symlink("d/up", "e/root/..")}, "outside the archive or nowhere"},
		{"nested links outside, in the other order", []Entry{ok, Symlink("d/up", "e/root/.."), Symlink("d/e/root", "../..")},
			"outside the archive or nowhere"},
		{"a link to a file as a folder", []Entry{ok, Symlink("l", "ok/.")}, "outside the archive or nowhere"},
		{"a chain of 41 links", append([]Entry{ok}, linkChain(41)...), "outside the archive or nowhere"},
		{"a character device", []Entry{ok, Special(tar.TypeChar, "null")}, "is a device or a pipe"},
		{"a block device", []Entry{ok, Special(tar.TypeBlock, "sda")}, "is a device or a pipe"},
		{"a pipe", []Entry{ok, Special(tar.TypeFifo, "pipe")}, "is a device or a pipe"},
		{"an unknown type", []Entry{ok, Special('9', "what")}, "is of the unknown type"},
		{"a name that file systems do not allow", []Entry{ok, File("d/"+strings.Repeat("n", 256), nil)}, "has a name of 256 bytes"},
		{"a folder that file systems do not allow", []Entry{ok, Folder(strings.Repeat("n", 256))}, "has a name of 256 bytes"},
		{"a path that file systems do not allow", []Entry{ok, File(strings.Repeat("0123456789/", 400)+"x", nil)}, "file systems allow 255"},
		{"a link to a name that file systems do not allow", []Entry{ok, Symlink("l", strings.Repeat("./", 2100)+"ok")},
			"is a link to a name of 4202 bytes"},
		{"no file", []Entry{Folder("d")}, "contains no file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := extract(t, Tar(t, tt.entries...), archive.Limits{})
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, fetcherr.InvalidArchive, fetcherr.KindOf(err))
			require.NotErrorIs(t, err, archive.ErrCorrupt)
		})
	}
}

// linkChain returns n links, each to the one before it.
func linkChain(n int) []Entry {
	links := []Entry{Symlink("link0", "ok")}
	for i := 1; i < n; i++ {
		links = append(links, Symlink(fmt.Sprint("link", i), fmt.Sprint("link", i-1)))
	}
	return links
}

// An archive that is truncated or changed anywhere is an error, and never a panic.
func TestExtract_corruptArchives(t *testing.T) {
	packed := Tar(t, File("a", []byte(strings.Repeat("text ", 400))), File("b", []byte("b")))
	for name, data := range map[string][]byte{"tar": packed, "gzip": Gzip(t, packed), "zstd": Zstd(t, packed)} {
		t.Run(name, func(t *testing.T) {
			for n := 0; n < len(data); n += max(1, len(data)/97) {
				if name == "tar" && n >= len(packed)-512 {
					continue // two blocks of zeros end an archive, even if more follow
				}
				_, _, err := extract(t, data[:n], archive.Limits{})
				require.Error(t, err, "truncated to %d of %d bytes", n, len(data))
				require.ErrorIs(t, err, archive.ErrCorrupt, "truncated to %d of %d bytes", n, len(data))
			}
		})
	}
	t.Run("a flipped byte under a checksum", func(t *testing.T) {
		for _, data := range [][]byte{Gzip(t, packed), Zstd(t, packed)} {
			data[len(data)-2] ^= 1
			_, _, err := extract(t, data, archive.Limits{})
			require.ErrorIs(t, err, archive.ErrCorrupt)
		}
	})
	t.Run("trailing garbage after gzip", func(t *testing.T) {
		_, _, err := extract(t, append(Gzip(t, packed), "garbage"...), archive.Limits{})
		require.ErrorIs(t, err, archive.ErrCorrupt)
	})
}

// An error of the source may be transient: it must not become InvalidArchive.
func TestExtract_keepsReadError(t *testing.T) {
	broken := errors.New("connection reset")
	packed := Gzip(t, Tar(t, File("a", make([]byte, 5000))))
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	_, err = archive.Extract(t.Context(), io.MultiReader(bytes.NewReader(packed[:40]), failingReader{broken}), root, archive.Limits{})
	require.ErrorIs(t, err, broken)
	require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err))
}

func TestExtract_stopsWhenContextIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	_, err = archive.Extract(ctx, bytes.NewReader(Tar(t, File("a", nil))), root, archive.Limits{})
	require.ErrorIs(t, err, context.Canceled)
}

// Extract must read the whole object, as the digest covers all of it.
func TestExtract_readsToEOF(t *testing.T) {
	padded := append(Tar(t, File("a", nil)), make([]byte, 100_000)...)
	for name, packed := range map[string][]byte{"tar": padded, "gzip": Gzip(t, padded), "zstd": Zstd(t, padded)} {
		t.Run(name, func(t *testing.T) {
			root, err := os.OpenRoot(t.TempDir())
			require.NoError(t, err)
			defer root.Close()
			from := bytes.NewReader(packed)
			_, err = archive.Extract(t.Context(), from, root, archive.Limits{})
			require.NoError(t, err)
			require.Zero(t, from.Len())
		})
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// For any input: no panic, no file outside (see extract), no link that leaves the folder, and every reported file
// exists.
func FuzzExtract(f *testing.F) {
	plain := Tar(f, File("a/b", []byte("x")), Symlink("l", "a/b"), HardLink("h", "a/b"), Folder("d"))
	chain := Tar(f, Folder("d/e"), Symlink("d/here", "."), Symlink("d/e/up", "../here/.."), Symlink("out", "d/e/up/../.."))
	metadata := RawTar(
		Raw('g', "g", PaxRecord("comment", "x"), nil), Raw('x', "x", PaxRecord("path", "a/b"), nil), Raw('0', "y", []byte("y"), nil),
		SparseFile("s", []byte("data"), 5000), Raw('L', "l", []byte("long"), nil), Raw(0, "d/", nil, nil),
		Raw('D', "e/", []byte("Yy\x00"), nil),
	)
	repeated := Tar(f, File("a", nil), Symlink("b", "a"), File("b", []byte("x")), HardLink("c", "b"), Symlink("c", "a"), HardLink("d", "c"))
	for _, seed := range [][]byte{
		plain, Gzip(f, plain), Zstd(f, plain), chain, plain[:700], TarWithFalseSize(f, "big", 1<<40), {}, metadata, repeated,
		append(skippableFrame("x"), Zstd(f, plain)...), append(Gzip(f, plain), 0, 0),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		folder, content, err := extract(t, packed, archive.Limits{MaxEntries: 100, MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		require.NotEmpty(t, content.Files)
		for _, file := range content.Files {
			require.True(t, filepath.IsLocal(file.Path))
			resolved, err := filepath.EvalSymlinks(filepath.Join(folder, file.Path))
			require.NoError(t, err)
			resolvedFolder, err := filepath.EvalSymlinks(folder)
			require.NoError(t, err)
			require.True(t, resolved == resolvedFolder || strings.HasPrefix(resolved, resolvedFolder+"/"))
		}
	})
}
