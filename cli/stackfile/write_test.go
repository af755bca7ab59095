package stackfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const smallStack = "config:\n  modelferry:releases: {bankchurn: {artifacts: {model: {path: p, size: 1B}}}}\n"

func TestFile_Write(t *testing.T) {
	f := openStack(t, smallStack)
	require.NoError(t, os.Chmod(f.Path(), 0o640))
	require.NoError(t, f.Write(), "no edit")
	require.Empty(t, f.Diff())
	require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{{Keys: v2.Keys, Path: "q", Size: "1B"}}))
	require.Equal(t, `--- a/Pulumi.gke.yaml
+++ b/Pulumi.gke.yaml
@@ -1,2 +1,2 @@
 config:
-  modelferry:releases: {bankchurn: {artifacts: {model: {path: p, size: 1B}}}}
+  modelferry:releases: {bankchurn: {artifacts: {model: {path: "q", size: 1B}}}}
`, f.Diff())
	undo := f.Undo()
	// A killed process may have left it.
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(f.Path()), ".Pulumi.gke.yaml.next"), make([]byte, 1000), 0o600))
	require.NoError(t, f.Write())
	info, err := os.Stat(f.Path())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode())
	written, err := os.ReadFile(f.Path())
	require.NoError(t, err)
	require.Equal(t, string(f.content), string(written))
	files, err := os.ReadDir(filepath.Dir(f.Path()))
	require.NoError(t, err)
	require.Len(t, files, 2)

	require.NoError(t, undo.Write())
	written, err = os.ReadFile(f.Path())
	require.NoError(t, err)
	require.Equal(t, smallStack, string(written))
}

func TestFile_Write_refusesOtherEdits(t *testing.T) {
	f := openStack(t, smallStack)
	require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{v2}))
	const edited = smallStack + "# mine\n"
	require.NoError(t, os.WriteFile(f.Path(), []byte(edited), 0o644))
	err := f.Write()
	require.ErrorIs(t, err, ErrChanged)
	require.EqualError(t, err, "Pulumi.gke.yaml: the file was edited meanwhile: nothing was written to it, run the command again")
	written, err := os.ReadFile(f.Path())
	require.NoError(t, err)
	require.Equal(t, edited, string(written))
}

func TestFile_Write_keepsLink(t *testing.T) {
	f := openStack(t, smallStack)
	target := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.Rename(f.Path(), target))
	require.NoError(t, os.Symlink(target, f.Path()))
	require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{v2}))
	require.NoError(t, f.Write())
	written, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, string(f.content), string(written))
	link, err := os.Readlink(f.Path())
	require.NoError(t, err)
	require.Equal(t, target, link)
}
