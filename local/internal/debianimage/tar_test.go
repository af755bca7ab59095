package debianimage

import (
	"archive/tar"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteLayer_files(t *testing.T) {
	one := newDeb(t, "one", map[string]os.FileMode{
		"bin/tool": 0o755, "usr/bin/su": os.ModeSetuid | 0o755, "usr/share/doc/one/copyright": 0o644,
		"usr/share/doc/one/README": 0o644, "usr/share/man/man1/tool.1": 0o644,
	})
	two := newDeb(t, "two", map[string]os.FileMode{"usr/bin/other": 0o755})
	layer, err := writeLayer(t.Context(), openCache(t), "layer", Spec{}, []string{two, one})
	require.NoError(t, err)
	files := layerFiles(t, layer)
	var names []string
	for name, header := range files {
		require.Zero(t, header.Uid, name)
		require.Zero(t, header.Gid, name)
		require.Zero(t, header.Mode&0o6000, "%s has the rights of its owner only", name)
		if header.Typeflag == tar.TypeReg {
			names = append(names, name)
		}
	}
	require.ElementsMatch(t, []string{"usr/bin/tool", "usr/bin/su", "usr/share/doc/one/copyright", "usr/bin/other"}, names)
	require.EqualValues(t, 0o1777, files["tmp"].Mode)
	require.Equal(t, "usr/lib64", files["lib64"].Linkname)
}

func TestWriteTar_sameFileInTwoPackages(t *testing.T) {
	one := newDeb(t, "one", map[string]os.FileMode{"bin/tool": 0o755})
	two := newDeb(t, "two", map[string]os.FileMode{"usr/bin/tool": 0o755})
	err := writeTar(t.Context(), io.Discard, Spec{}, []string{one, two})
	require.EqualError(t, err, `two.deb: /usr/bin/tool is also in "one.deb"`)
}

func TestWriteTar_brokenPackage(t *testing.T) {
	newDeb(t, "one", nil) // skips the test without dpkg-deb
	file := filepath.Join(t.TempDir(), "broken.deb")
	require.NoError(t, os.WriteFile(file, []byte("no package"), 0o600))
	require.ErrorContains(t, writeTar(t.Context(), io.Discard, Spec{}, []string{file}), "broken.deb: dpkg-deb: exit status 2")
}

func TestMergedPath(t *testing.T) {
	for name, want := range map[string]string{
		"./":                "",
		"./bin/sh":          "usr/bin/sh",
		"./lib/x/libc.so.6": "usr/lib/x/libc.so.6",
		"./lib":             "lib",
		"./library/x":       "library/x",
		"./usr/bin/python3": "usr/bin/python3",
		"./etc/":            "etc",
	} {
		if want == "" {
			want = "."
		}
		require.Equal(t, want, mergedPath(name), name)
	}
}
