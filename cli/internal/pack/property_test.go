package pack_test

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/cli/internal/pack"
	"github.com/modelferry/modelferry/fetcher/archive"
)

// Whatever a folder contains: if it can be packed, the fetcher extracts the same files, and nothing else; if it cannot,
// the fetcher would refuse it.
func TestWrite_fetcherExtractsTheSame(t *testing.T) {
	base := t.TempDir()
	packed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		source, target := filepath.Join(dir, "source"), filepath.Join(dir, "target")
		require.NoError(t, os.Mkdir(source, 0o755))
		require.NoError(t, os.Mkdir(target, 0o755))
		drawFolder(t, source)

		var content bytes.Buffer
		described, err := pack.Write(context.Background(), source, &content)
		if err != nil {
			require.ErrorIs(t, err, pack.ErrUnsupported)
			refused++
			return
		}
		packed++
		root, err := os.OpenRoot(target)
		require.NoError(t, err)
		defer root.Close()
		extracted, err := archive.Extract(context.Background(), bytes.NewReader(content.Bytes()), root, archive.Limits{})
		require.NoError(t, err)
		require.Equal(t, describe(t, source), describe(t, target))
		require.Len(t, extracted.Files, described.Files)
		var size int64
		for _, file := range extracted.Files {
			size += file.Bytes
		}
		require.Equal(t, described.UnpackedSize, size)
	})
	require.Positive(t, packed)
	t.Logf("%d folders were packed, %d refused", packed, refused)
}

// drawFolder creates files, folders and links with names that clash, links that lead outside, and chains of links.
func drawFolder(t *rapid.T, dir string) {
	segment := rapid.SampledFrom([]string{"a", "b", "c", "ü", "a.b", "._a", "a b", strings.Repeat("n", 101), "-", "\n"})
	name := rapid.Custom(func(t *rapid.T) string { return path.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "path")...) })
	target := rapid.Custom(func(t *rapid.T) string {
		return path.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"..", ".", "a", "b", "c"}), 1, 4).Draw(t, "target")...)
	})
	for range rapid.IntRange(0, 8).Draw(t, "entries") {
		at := filepath.Join(dir, name.Draw(t, "name"))
		_ = os.MkdirAll(filepath.Dir(at), 0o755) // may be a file, then the entry is skipped, too
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			_ = os.Mkdir(at, 0o700)
		case 1:
			_ = os.Symlink(target.Draw(t, "link"), at)
		default:
			if _, err := os.Lstat(at); err == nil {
				continue // a link may lead outside
			}
			content := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "content")
			mode := rapid.SampledFrom([]os.FileMode{0o600, 0o644, 0o700, 0o755}).Draw(t, "mode")
			_ = os.WriteFile(at, content, mode)
		}
	}
}

// describe returns the entries of a folder: type, execute permission and content.
func describe(t *rapid.T, dir string) map[string]string {
	entries := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			entries[relative] = "folder"
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			entries[relative] = "link " + link
			return err
		default:
			info, err := entry.Info()
			if err != nil {
				return err
			}
			content, err := os.ReadFile(name)
			entries[relative] = map[bool]string{false: "file ", true: "executable "}[info.Mode()&0o100 != 0] + string(content)
			return err
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, slices.Collect(maps.Keys(entries)))
	return entries
}
