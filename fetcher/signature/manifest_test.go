package signature

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// manifestOf returns the manifest of files whose content is their path.
func manifestOf(paths ...string) *Manifest {
	m := &Manifest{digests: map[string]string{}}
	for _, name := range paths {
		m.digests[name] = fileOf(name, name).Digests.SHA256
	}
	return m
}

func fileOf(name, content string) File {
	sum := sha256.Sum256([]byte(content))
	return File{Path: name, Digests: Digests{Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}}
}

func filesOf(paths ...string) []File {
	files := make([]File, len(paths))
	for i, name := range paths {
		files[i] = fileOf(name, name)
	}
	return files
}

func TestManifest_VerifyFiles(t *testing.T) {
	link := File{Path: "b", IsLink: true, Digests: fileOf("a", "a").Digests}
	folderLink := File{Path: "latest", IsLink: true, IsFolder: true}
	folder := func(name string) File { return File{Path: name, IsFolder: true} }
	for _, tt := range []struct {
		name    string
		signed  []string
		files   []File
		ignored []string
		want    string
	}{
		{name: "all signed", signed: []string{"a", "f/b"}, files: filesOf("a", "f/b")},
		{name: "a file beside them", signed: []string{"a"}, files: filesOf("a", "f/c", "b"), want: `"b" is not signed (and 1 more)`},
		{name: "a signed one is missing", signed: []string{"a", "b"}, files: filesOf("a"), want: `"b" was signed and is missing`},
		{name: "no file", signed: []string{"a"}, want: `"a" was signed and is missing`},
		{name: "other content", signed: []string{"a"}, files: []File{fileOf("a", "x")}, want: `"a" has other content`},
		{name: "names in another case", signed: []string{"a"}, files: filesOf("A"), want: "was signed and is missing"},
		{name: "ignored at the top only", signed: []string{"a", "f/b"}, files: filesOf("a", ".git", "f/b", "f/.git"),
			want: `"f/.git" is not signed`},
		{name: "ignored folders", signed: []string{"a"}, files: filesOf("a", ".github/x", "cache/y", "cachet", ".gitignore"),
			want: `"cachet" is not signed`},
		{name: "ignored files are returned", signed: []string{"a"}, files: filesOf("a", ".github/x", "cache/y", "model.sig"),
			ignored: []string{".github/x", "cache/y", "model.sig"}},
		{name: "ignored and signed", signed: []string{"a", "cache/x"}, files: filesOf("a", "cache/x"), want: "was signed and is missing"},
		{name: "in one folder", signed: []string{"a", "f/b"}, files: append(filesOf("m/.git/x"), fileOf("m/a", "a"), fileOf("m/f/b", "f/b")),
			ignored: []string{"m/.git/x"}},
		{name: "in one folder that is signed", signed: []string{"m/a"}, files: filesOf("m/a")},
		{name: "in one folder with a file beside it", signed: []string{"a"}, files: filesOf("m/a", "b"), want: `was signed and is missing`},
		{name: "a link", signed: []string{"a", "b"}, files: append(filesOf("a"), link), want: `"b" is a symbolic link`},
		{name: "a link to a folder", signed: []string{"a"}, files: append(filesOf("a"), folderLink), want: `"latest" is a symbolic link`},
		{name: "empty folders", signed: []string{"f/a"}, files: append(filesOf("f/a"), folder("f"), folder("1"), folder("cache"), folder("cache/1")),
			ignored: []string{"cache", "cache/1"}},
		{name: "a folder with a folder entry", signed: []string{"a"}, files: append([]File{folder("m")}, fileOf("m/a", "a"), folder("m/cache")),
			ignored: []string{"m/cache"}},
		{name: "a folder for a signed file", signed: []string{"a", "b"}, files: append(filesOf("a"), folder("b")), want: "is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := manifestOf(tt.signed...)
			m.ignorePaths = []string{"cache"}
			ignored, err := m.VerifyFiles(tt.files, "model.sig")
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.ignored, ignored)
		})
	}
}

func TestManifest_allowedLinks(t *testing.T) {
	link := func(content string, through ...string) File {
		return File{Path: "b", IsLink: true, Digests: fileOf("b", content).Digests, Through: slices.Values(append(through, "b"))}
	}
	other := link("b", "f/a")
	other.Path, other.Through = "c", slices.Values([]string{"f/a"})
	for _, tt := range []struct {
		name  string
		files []File
		want  string
	}{
		{"as signed", append(filesOf("f/a"), link("b", "f/a")), ""},
		{"through folders", append(filesOf("f/a"), link("b", "f", "f/a"), File{Path: "g/h", IsFolder: true}, link("b", "g", "g/h")), ""},
		{"to other content", append(filesOf("f/a"), link("x", "f/a")), `"b" has other content`},
		{"not signed", append(filesOf("f/a"), link("b", "f/a"), other), `"c" is not signed`},
		// The signed digest does not help: what is ignored is not published, and anything may be at its path later.
		{"to an ignored file", append(filesOf("f/a", ".git/m"), link("b", ".git/m")), `"b" is a link through ".git/m"`},
		{"through an ignored folder", append(filesOf("f/a", ".git/m"), link("b", ".git", "f/a")), `"b" is a link through ".git"`},
		{"through an ignored link", append(filesOf("f/a"), File{Path: ".git", IsLink: true, IsFolder: true}, link("b", ".git", "f/a")),
			`"b" is a link through ".git"`},
		{"through the folder of an ignored file", append(filesOf("f/a", "g/cache"), link("b", "g", "f/a")), `"b" is a link through "g"`},
		{"to a folder", append(filesOf("f/a"), File{Path: "b", IsLink: true, IsFolder: true}), `"b" is a link to a folder`},
		{"to a folder, ignored", append(filesOf("f/a"), link("b", "f/a"), File{Path: ".git", IsLink: true, IsFolder: true}), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := manifestOf("f/a", "b")
			m.allowSymlinks, m.ignorePaths = true, []string{"g/cache"}
			_, err := m.VerifyFiles(tt.files)
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
		})
	}
}

// A file without content has no part that could be signed: it is not known whether it was there.
func TestManifest_emptyFilesOfShards(t *testing.T) {
	m := &Manifest{shardSize: 10, digests: map[string]string{"a:0:1": fileOf("a", "a").Digests.SHA256}}
	hashed := func(name, content string) File {
		h := m.NewHash()
		_, err := h.Write([]byte(content))
		require.NoError(t, err)
		return File{Path: name, Digests: h.Digests()}
	}
	_, err := m.VerifyFiles([]File{hashed("a", "a")})
	require.NoError(t, err)
	_, err = m.VerifyFiles([]File{hashed("a", "a"), hashed("__init__.py", "")})
	require.ErrorContains(t, err, `"__init__.py" is empty`)
	_, err = m.VerifyFiles([]File{hashed("a", "a"), hashed("__init__.py", "x")})
	require.ErrorContains(t, err, `"__init__.py:0:1" is not signed`)
	_, err = m.VerifyFiles([]File{hashed("a", "")})
	require.ErrorContains(t, err, `"a" is empty`)
	require.ErrorContains(t, m.VerifyFile(hashed("a", "").Digests), `was signed and is missing`)
	_, err = manifestOf("a").VerifyFiles([]File{fileOf("a", "a"), fileOf("b", "")})
	require.ErrorContains(t, err, `"b" is not signed`)
}

func TestManifest_VerifyFile(t *testing.T) {
	content := fileOf(".", ".").Digests
	require.NoError(t, manifestOf(".").VerifyFile(content))
	named := manifestOf("model.joblib")
	require.NoError(t, named.VerifyFile(fileOf("", "model.joblib").Digests))
	require.ErrorContains(t, named.VerifyFile(content), "has other content than was signed")
	require.ErrorContains(t, manifestOf("a", "b").VerifyFile(content), "is of a folder with 2 files")
	require.ErrorContains(t, manifestOf("f/a").VerifyFile(content), "is of a folder")
}

func TestManifest_shards(t *testing.T) {
	const size = 10
	for _, length := range []int{1, 9, 10, 11, 20, 25} {
		t.Run(fmt.Sprint(length, " bytes"), func(t *testing.T) {
			content := bytes.Repeat([]byte("abcdefg"), 5)[:length]
			m := &Manifest{shardSize: size, digests: map[string]string{}}
			for from := 0; from < length; from += size {
				to := min(from+size, length)
				sum := sha256.Sum256(content[from:to])
				m.digests[fmt.Sprintf("a:b:%d:%d", from, to)] = hex.EncodeToString(sum[:])
			}
			for _, step := range []int{1, 3, 7, 10, 13, 35} {
				h := m.NewHash()
				for rest := content; len(rest) > 0; rest = rest[min(step, len(rest)):] {
					n, err := h.Write(rest[:min(step, len(rest))])
					require.NoError(t, err)
					require.Equal(t, min(step, len(rest)), n)
				}
				digests := h.Digests()
				require.NoError(t, m.VerifyFile(digests))
				_, err := m.VerifyFiles([]File{{Path: "a:b", Digests: digests}})
				require.NoError(t, err)
			}
			h := m.NewHash()
			_, err := h.Write(append(content[:length:length], 'x'))
			require.NoError(t, err)
			require.Error(t, m.VerifyFile(h.Digests()), "a byte more")
			h = m.NewHash()
			_, err = h.Write(content[:length-1])
			require.NoError(t, err)
			require.Error(t, m.VerifyFile(h.Digests()), "a byte less")
		})
	}
}

func TestManifest_fileOfShard(t *testing.T) {
	m := &Manifest{shardSize: 10}
	for _, name := range []string{"a", "a:0", "a:0:0", "a:5:10", "a:0:11", "a:00:10", "a:+0:10", ":0:10", "a:0:-1", "a:10:0"} {
		_, err := m.fileOfShard(name)
		require.ErrorContains(t, err, "must be PATH:START:END", name)
	}
	file, err := m.fileOfShard("a:0:10:10:15")
	require.NoError(t, err)
	require.Equal(t, "a:0:10", file)
}
