package publish_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
)

// snapshot returns the content of every file below the folder, and "" for every folder.
func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	content := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		content[name] = ""
		if entry.IsDir() {
			return nil
		}
		body, err := os.ReadFile(filepath.Join(folder, name))
		content[name] = string(body)
		return err
	}))
	return content
}

func writeFile(t *testing.T, name, body string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(body), 0o644))
}

// publishFirstRelease publishes a model and an archive with an empty folder, beside a file of someone else.
func publishFirstRelease(t *testing.T, name string) *publish.Folder {
	t.Helper()
	folder := openFolder(t, name)
	writeFile(t, filepath.Join(name, "other", "file"), "other")
	archive := stageTree(t, folder, 1, "net/x.tar", "config.pbtxt", "old/weights")
	archive.Folders = []string{"1", "old"}
	publishAll(t, folder, stageFile(t, folder, 0, "model", "first"), archive)
	require.DirExists(t, filepath.Join(name, "net", "1"))
	return folder
}

// Triton takes each folder with a number for a version: folders of the earlier release must not stay.
func TestFolderPublish_removesFoldersOfEarlierRelease(t *testing.T) {
	name := t.TempDir()
	folder := publishFirstRelease(t, name)
	require.NoError(t, os.MkdirAll(filepath.Join(name, "empty"), 0o755))
	archive := stageTree(t, folder, 1, "net/x.tar", "config.pbtxt")
	archive.Folders = []string{"2"}
	inEmpty := stageFile(t, folder, 2, "empty/file", "file")
	changes := publishAll(t, folder, stageFile(t, folder, 0, "model", "second"), archive, inEmpty)
	require.Empty(t, changes.Removed)
	require.Empty(t, changes.Replaced)
	require.NoDirExists(t, filepath.Join(name, "net", "1"))
	require.NoDirExists(t, filepath.Join(name, "net", "old"))
	require.DirExists(t, filepath.Join(name, "net", "2"))
	changes = publishAll(t, folder, stageFile(t, folder, 0, "model", "third"))
	require.Len(t, changes.Removed, 2)
	require.Equal(t, "net/x.tar", changes.Removed[0].Dest)
	require.NoDirExists(t, filepath.Join(name, "net"))
	require.DirExists(t, filepath.Join(name, "empty"), "the fetcher did not create it")
	require.Equal(t, []string{".modelferry", "model", "other/file"}, listFiles(t, name))
}

func TestFolderPublish_failureRestoresEarlierContent(t *testing.T) {
	name := t.TempDir()
	folder := publishFirstRelease(t, name)
	writeFile(t, filepath.Join(name, "second"), "a file of someone else")
	writeFile(t, filepath.Join(name, "third", "x"), "a folder of someone else")
	before := snapshot(t, name)
	staged := []publish.StagedArtifact{
		stageFile(t, folder, 0, "model", "new"), stageFile(t, folder, 1, "deep/er/new", "new"),
		stageFile(t, folder, 2, "second", "new"), stageFile(t, folder, 3, "third", "new"), stageFile(t, folder, 4, "fourth", "new"),
	}
	_, err := folder.Publish(staged, newMarker(staged...))
	require.ErrorContains(t, err, `"third" was not published by this fetcher`)
	require.NoError(t, folder.RemoveStaging())
	require.Equal(t, before, snapshot(t, name))
}

func TestFolderPublish_reportsReplacedFiles(t *testing.T) {
	name := t.TempDir()
	folder := openFolder(t, name)
	writeFile(t, filepath.Join(name, "model"), "of someone else")
	changes := publishAll(t, folder, stageFile(t, folder, 0, "model", "model"))
	require.Equal(t, []string{"model"}, changes.Replaced)
	require.Equal(t, "model", snapshot(t, name)["model"])
}

func TestFolderPublish_fileInPlaceOfFolder(t *testing.T) {
	name := t.TempDir()
	folder := openFolder(t, name)
	writeFile(t, filepath.Join(name, "data"), "of someone else")
	staged := stageFile(t, folder, 0, "data/model", "model")
	_, err := folder.Publish([]publish.StagedArtifact{staged}, newMarker(staged))
	require.ErrorContains(t, err, `"data" was not published by this fetcher, and is not a folder`)
	require.Equal(t, "of someone else", snapshot(t, name)["data"])
}

// A kill can happen after any step. Then the next run has the earlier content, or the new one.
func TestOpen_undoesInterruptedPublication(t *testing.T) {
	name := t.TempDir()
	folder := publishFirstRelease(t, name)
	before := snapshot(t, name)
	staged := []publish.StagedArtifact{stageFile(t, folder, 0, "model", "new"), stageFile(t, folder, 1, "deep/new", "new")}
	staging := filepath.Join(name, ".modelferry-staging")
	move := func(from, to string) func() {
		return func() {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(name, to)), 0o755))
			require.NoError(t, os.Rename(filepath.Join(name, from), filepath.Join(name, to)))
		}
	}
	rmdir := func(folder string) func() {
		return func() {
			require.NoError(t, os.MkdirAll(filepath.Join(staging, "previous", folder), 0o755))
			require.NoError(t, os.Remove(filepath.Join(name, folder)))
		}
	}
	aside := func(file string) func() { return move(file, ".modelferry-staging/previous/"+file) }
	steps := []func(){
		func() {
			writeFile(t, filepath.Join(staging, "marker.json"),
				`{"artifacts":[{"dest":"model"},{"dest":"deep/new"}],"createdFolders":["deep"]}`)
		},
		move(".modelferry", ".modelferry-staging/previous.json"),
		aside("model"), aside("net/config.pbtxt"), aside("net/old/weights"), rmdir("net/old"), rmdir("net/1"), rmdir("net"),
		move(".modelferry-staging/0/model", "model"),
		func() { require.NoError(t, os.MkdirAll(filepath.Join(name, "deep"), 0o755)) },
		move(".modelferry-staging/1/new", "deep/new"),
	}
	require.Len(t, staged, 2)
	require.NoError(t, folder.Close())
	for n := range steps {
		copied := filepath.Join(t.TempDir(), "models")
		steps[n]()
		require.NoError(t, os.CopyFS(copied, os.DirFS(name)))
		reopened, err := publish.Open(copied)
		require.NoError(t, err)
		require.NoError(t, reopened.Close())
		require.Equal(t, before, snapshot(t, copied), "killed after step %d", n)
	}
}

func TestOpen_formerMarker(t *testing.T) {
	name := t.TempDir()
	folder := publishFirstRelease(t, name)
	require.NoError(t, folder.Close())
	before := snapshot(t, name)
	require.NoError(t, os.Rename(filepath.Join(name, publish.MarkerName), filepath.Join(name, ".modelferry.json")))
	require.NoError(t, openFolder(t, name).Close())
	require.Equal(t, before, snapshot(t, name), "the marker is understood")
	writeFile(t, filepath.Join(name, ".modelferry.json"), "{}")
	folder = openFolder(t, name)
	require.Equal(t, before, snapshot(t, name), "the newer marker stays")
	publishAll(t, folder, stageFile(t, folder, 0, "model", "second"))
	require.Equal(t, []string{".modelferry", "model", "other/file"}, listFiles(t, name))
}

func TestFolderCheckDestinations(t *testing.T) {
	name := t.TempDir()
	folder := publishFirstRelease(t, name)
	require.NoError(t, folder.CheckDestinations([]string{"new", "model"}), "a later release")
	err := folder.CheckDestinations([]string{"new"})
	require.ErrorContains(t, err, name+" contains model from s3://b/model, which is none of this fetcher's artifacts")
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
	for _, file := range []string{"model", "net"} {
		require.NoError(t, os.RemoveAll(filepath.Join(name, file)))
	}
	require.NoError(t, folder.CheckDestinations([]string{"new"}), "nothing would be lost")
}
