package signature

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	m := manifestOf("a")
	m.allowSymlinks = true
	m.digests["b"] = m.digests["a"]
	folder := File{Path: "latest", IsLink: true, IsFolder: true}
	link := File{Path: "b", IsLink: true, Digests: fileOf("a", "a").Digests}
	_, err := m.VerifyFiles(append(filesOf("a"), link, folder))
	require.NoError(t, err)
	link.Digests = fileOf("a", "x").Digests
	_, err = m.VerifyFiles(append(filesOf("a"), link))
	require.ErrorContains(t, err, `"b" has other content`)
	unsigned := File{Path: "c", IsLink: true, Digests: fileOf("a", "a").Digests}
	_, err = m.VerifyFiles(append(filesOf("a", "b"), unsigned))
	require.Error(t, err)
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
