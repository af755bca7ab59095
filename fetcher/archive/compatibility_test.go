package archive_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive"
	. "github.com/modelferry/modelferry/fetcher/internal/archivetest"
)

// requireFiles extracts the archive and compares the content of its files and links, except links to folders.
func requireFiles(t *testing.T, packed []byte, want map[string]string, folders ...string) archive.Content {
	t.Helper()
	folder, content, err := extract(t, packed, archive.Limits{})
	require.NoError(t, err)
	got := map[string]string{}
	for _, file := range content.Files {
		if slices.Contains(folders, file.Path) {
			continue
		}
		body, err := os.ReadFile(filepath.Join(folder, file.Path))
		require.NoError(t, err)
		got[file.Path] = string(body)
	}
	require.Equal(t, want, got)
	return content
}

func zstdFrame(t *testing.T, body []byte, checksum bool) []byte {
	t.Helper()
	writer, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(checksum))
	require.NoError(t, err)
	defer writer.Close()
	return writer.EncodeAll(body, nil)
}

// skippableFrame returns a frame such as pzstd writes before each of its frames.
func skippableFrame(body string) []byte {
	header := binary.LittleEndian.AppendUint32(nil, 0x184d2a50)
	return append(binary.LittleEndian.AppendUint32(header, uint32(len(body))), body...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// The end-of-archive mark may be short only if a checksum of the compression covers everything.
func TestExtract_endOfArchiveMark(t *testing.T) {
	formats := []struct {
		name   string
		pack   func(packed []byte) []byte
		proven bool
	}{
		{"tar", func(packed []byte) []byte { return packed }, false},
		{"gzip", func(packed []byte) []byte { return Gzip(t, packed) }, true},
		{"gzip in two members", func(packed []byte) []byte { return join(Gzip(t, packed[:512]), Gzip(t, packed[512:])) }, false},
		{"zstd", func(packed []byte) []byte { return zstdFrame(t, packed, true) }, true},
		{"zstd without checksum", func(packed []byte) []byte { return zstdFrame(t, packed, false) }, false},
		{"zstd in two frames", func(packed []byte) []byte {
			return join(zstdFrame(t, packed[:512], true), zstdFrame(t, packed[512:], true))
		}, false},
		{"zstd in two frames, one with checksum", func(packed []byte) []byte {
			return join(zstdFrame(t, packed[:512], true), zstdFrame(t, packed[512:], false))
		}, false},
	}
	// The file's zeros are no part of the mark.
	whole := Tar(t, File("a", make([]byte, 1024)))
	entries := whole[:len(whole)-1024]
	for _, format := range formats {
		for _, mark := range []int{0, 100, 512, 700, 1023, 1024, 9216} {
			t.Run(fmt.Sprint(format.name, " with ", mark, " bytes"), func(t *testing.T) {
				packed := format.pack(join(entries, make([]byte, mark)))
				_, _, err := extract(t, packed, archive.Limits{})
				if format.proven || mark >= 1024 {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, archive.ErrCorrupt)
				require.ErrorContains(t, err, "no end-of-archive mark")
			})
		}
		t.Run(format.name+" with a truncated entry", func(t *testing.T) {
			_, _, err := extract(t, format.pack(entries[:1100]), archive.Limits{})
			require.ErrorIs(t, err, archive.ErrCorrupt)
		})
	}
	t.Run("one block of zeros, then other data", func(t *testing.T) {
		_, _, err := extract(t, Gzip(t, join(entries, make([]byte, 512), entries)), archive.Limits{})
		require.ErrorIs(t, err, archive.ErrCorrupt)
	})
	t.Run("data after the mark is ignored", func(t *testing.T) {
		requireFiles(t, join(Tar(t, File("a", []byte("a"))), []byte("garbage in the last record")), map[string]string{"a": "a"})
	})
}

func TestExtract_paddingAfterCompressedData(t *testing.T) {
	packed := Tar(t, File("a", []byte("a")))
	padding := make([]byte, 70_000) // more than the buffer
	for name, compressed := range map[string][]byte{"gzip": Gzip(t, packed), "zstd": zstdFrame(t, packed, true)} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 511, len(padding)} {
				requireFiles(t, join(compressed, padding[:n]), map[string]string{"a": "a"})
				for _, trailing := range [][]byte{[]byte("x"), compressed} {
					_, _, err := extract(t, join(compressed, padding[:n], trailing), archive.Limits{})
					require.ErrorIs(t, err, archive.ErrCorrupt)
				}
			}
			for _, trailing := range []string{"x", "\x1f", "\x1f\x8b", "\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18\x09"} {
				_, _, err := extract(t, join(compressed, []byte(trailing)), archive.Limits{})
				require.ErrorIs(t, err, archive.ErrCorrupt, "%q", trailing)
			}
		})
	}
}

func TestExtract_skippableFrames(t *testing.T) {
	packed := Tar(t, File("a", bytes.Repeat([]byte("a"), 3000)))
	want := map[string]string{"a": strings.Repeat("a", 3000)}
	first, second := zstdFrame(t, packed[:700], true), zstdFrame(t, packed[700:], true)
	for name, compressed := range map[string][]byte{
		"first":          join(skippableFrame("size"), zstdFrame(t, packed, true)),
		"of every frame": join(skippableFrame("size"), first, skippableFrame(strings.Repeat("x", 100_000)), second),
		"last":           join(first, second, skippableFrame("")),
		"only":           join(skippableFrame("a"), skippableFrame("b"), zstdFrame(t, packed, false)),
	} {
		t.Run(name, func(t *testing.T) { requireFiles(t, compressed, want) })
	}
	t.Run("truncated", func(t *testing.T) {
		for _, compressed := range [][]byte{skippableFrame("size")[:11], join(first, second, skippableFrame("size")[:11])} {
			_, _, err := extract(t, compressed, archive.Limits{})
			require.ErrorIs(t, err, archive.ErrCorrupt)
		}
	})
}

func TestExtract_appleDouble(t *testing.T) {
	const attributes = "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
	content := requireFiles(t, Tar(t,
		File("./._.", []byte(attributes)), Folder("./"), File("._model.bin", []byte(attributes)), File("model.bin", []byte("m")),
		File("d/._x", []byte(attributes)), File("._own", []byte("a file of the model")), File("._short", []byte("\x00\x05")),
		File("._empty", nil), File("magic", []byte(attributes)),
	), map[string]string{
		"model.bin": "m", "._own": "a file of the model", "._short": "\x00\x05", "._empty": "", "magic": attributes,
	})
	require.Empty(t, content.Folders)
	_, _, err := extract(t, Tar(t, File("._a", []byte(attributes))), archive.Limits{})
	require.ErrorContains(t, err, "contains no file")
}

func TestExtract_repeatedEntries(t *testing.T) {
	a := File("d/a", []byte("first"))
	for _, tt := range []struct {
		name    string
		entries []Entry
		want    map[string]string
	}{
		{"identical", []Entry{a, a, a}, map[string]string{"d/a": "first"}},
		{"the last one counts", []Entry{a, File("b", nil), File("./d/a", []byte("2"))}, map[string]string{"d/a": "2", "b": ""}},
		{"a folder", []Entry{Folder("d"), a, Folder("d/")}, map[string]string{"d/a": "first"}},
		{"a link", []Entry{a, Symlink("l", "d/a"), Symlink("l", "d/a")}, map[string]string{"d/a": "first", "l": "first"}},
		{"a file in place of a link: nothing is written through it", []Entry{a, Symlink("l", "d/a"), File("l", []byte("new"))},
			map[string]string{"d/a": "first", "l": "new"}},
		{"a link in place of a file", []Entry{a, File("l", []byte("old")), Symlink("l", "d/a")},
			map[string]string{"d/a": "first", "l": "first"}},
		{"a hard link in place of a file", []Entry{a, File("l", []byte("old")), HardLink("l", "d/a"), HardLink("l", "d/a")},
			map[string]string{"d/a": "first", "l": "first"}},
		{"a hard link keeps the content", []Entry{a, HardLink("l", "d/a"), File("d/a", []byte("new"))},
			map[string]string{"d/a": "new", "l": "first"}},
		{"a hard link to itself", []Entry{a, HardLink("d/a", "./d/a")}, map[string]string{"d/a": "first"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := requireFiles(t, Tar(t, tt.entries...), tt.want)
			require.Len(t, content.Files, len(tt.want), "every path is listed once")
		})
	}
}

func TestExtract_chainsOfLinks(t *testing.T) {
	requireFiles(t, Tar(t,
		File("ok", []byte("ok")), Symlink("d/l", "../ok"), HardLink("d/same", "d/l"), HardLink("d/again", "d/same"),
		HardLink("h1", "ok"), HardLink("h2", "h1"), Symlink("folder", "d/"), Symlink("s", "folder/../folder/./again"),
	), map[string]string{
		"ok": "ok", "d/l": "ok", "d/same": "ok", "d/again": "ok", "h1": "ok", "h2": "ok", "s": "ok",
	}, "folder")
	// Linux follows 40 links.
	_, content, err := extract(t, Tar(t, slices.Concat(linkChain(40), []Entry{File("ok", []byte("x"))})...), archive.Limits{})
	require.NoError(t, err)
	require.Len(t, content.Files, 41)
}
