package publish_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
)

// The SHA-256 of "model".
const modelDigest = "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"

func openFolder(t *testing.T, name string) *publish.Folder {
	t.Helper()
	folder, err := publish.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { folder.Close() })
	return folder
}

func stageFile(t *testing.T, folder *publish.Folder, index int, dest, body string) publish.StagedArtifact {
	t.Helper()
	root, err := folder.OpenArtifactStaging(index, true)
	require.NoError(t, err)
	defer root.Close()
	file, err := publish.OpenStagedFile(root, dest)
	require.NoError(t, err)
	_, err = file.WriteString(body)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	return publish.StagedArtifact{Record: publish.Record{
		Dest: dest, Source: "s3://b/" + dest, Bytes: int64(len(body)), SHA256: modelDigest,
	}}
}

func stageTree(t *testing.T, folder *publish.Folder, index int, dest string, names ...string) publish.StagedArtifact {
	t.Helper()
	root, err := folder.OpenArtifactStaging(index, true)
	require.NoError(t, err)
	defer root.Close()
	staged := publish.StagedArtifact{Record: publish.Record{Dest: dest, Source: "s3://b/" + dest, Extracted: true}}
	for _, name := range names {
		require.NoError(t, root.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, root.WriteFile(name, []byte(name), 0o644))
		staged.Files = append(staged.Files, archive.File{Path: name, Bytes: int64(len(name))})
	}
	return staged
}

func publishAll(t *testing.T, folder *publish.Folder, staged ...publish.StagedArtifact) publish.Changes {
	t.Helper()
	changes, err := folder.Publish(staged, newMarker(staged...))
	require.NoError(t, err)
	return changes
}

func newMarker(staged ...publish.StagedArtifact) publish.Marker {
	marker := publish.Marker{FetchedAt: time.Unix(0, 0).UTC()}
	for _, artifact := range staged {
		marker.Artifacts = append(marker.Artifacts, artifact.Record)
	}
	return marker
}

// listFiles lists every file below the folder.
func listFiles(t *testing.T, folder string) []string {
	t.Helper()
	files := []string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(folder, path)
			files = append(files, name)
		}
		return err
	}))
	return files
}

func TestFolderPublish_movesFilesThenWritesMarker(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "models")
	folder := openFolder(t, name)
	staged := []publish.StagedArtifact{
		stageFile(t, folder, 0, "model.joblib", "model"),
		stageTree(t, folder, 1, "data/raw/x.tar", "a", "d/b"),
	}
	require.Equal(t,
		[]string{".modelferry-staging/0/model.joblib", ".modelferry-staging/1/a", ".modelferry-staging/1/d/b"}, listFiles(t, name))
	publishAll(t, folder, staged...)
	require.Equal(t, []string{".modelferry", "data/raw/a", "data/raw/d/b", "model.joblib"}, listFiles(t, name))
	text, err := os.ReadFile(filepath.Join(name, publish.MarkerName))
	require.NoError(t, err)
	var marker publish.Marker
	require.NoError(t, json.Unmarshal(text, &marker))
	want := newMarker(staged...)
	want.CreatedFolders = []string{"data", "data/raw", "data/raw/d"}
	require.Equal(t, want, marker)
}

// If a rename fails, the earlier ones are undone.
func TestFolderPublish_failedRenameRollsBack(t *testing.T) {
	name := t.TempDir()
	folder := openFolder(t, name)
	staged := []publish.StagedArtifact{stageFile(t, folder, 0, "first", "model"), stageFile(t, folder, 1, "second", "model")}
	require.NoError(t, os.MkdirAll(filepath.Join(name, "second", "x"), 0o755))
	_, err := folder.Publish(staged, newMarker(staged...))
	require.ErrorContains(t, err, `"second" was not published by this fetcher, and is a folder that is not empty`)
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
	require.DirExists(t, filepath.Join(name, "second", "x"))
	require.NoFileExists(t, filepath.Join(name, "first"))
	require.NoFileExists(t, filepath.Join(name, publish.MarkerName))
}

func TestFolderPublish_rejectsCollisions(t *testing.T) {
	tests := []struct {
		name  string
		other []string
		want  string
	}{
		{"the same file", []string{"model"}, `"model" is in both`},
		{"a file and a folder of the same name", []string{"model/x"}, `"model" is in both`},
		{"the marker", []string{".modelferry"}, "a name reserved for the fetcher"},
		{"the marker of earlier versions", []string{".modelferry.json"}, "a name reserved for the fetcher"},
		{"the staging folder", []string{".modelferry-staging/0/x"}, "a name reserved for the fetcher"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := openFolder(t, t.TempDir())
			staged := []publish.StagedArtifact{stageFile(t, folder, 0, "model", "model"), stageTree(t, folder, 1, "x.tar", tt.other...)}
			_, err := folder.Publish(staged, newMarker(staged...))
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, fetcherr.InvalidArchive, fetcherr.KindOf(err))
		})
	}
}

// A folder with an entry of its own may be empty, so that no file has its name.
func TestFolderPublish_reservedFolders(t *testing.T) {
	for _, name := range []string{".modelferry", ".modelferry-staging/previous", ".modelferry2"} {
		folder := openFolder(t, t.TempDir())
		staged := stageTree(t, folder, 0, "x.tar", "model")
		staged.Folders = []string{name}
		_, err := folder.Publish([]publish.StagedArtifact{staged}, newMarker(staged))
		require.ErrorContains(t, err, "a name reserved for the fetcher", name)
		require.Equal(t, fetcherr.InvalidArchive, fetcherr.KindOf(err))
	}
}

func TestOpen_secondFetcherIsLockedOut(t *testing.T) {
	name := t.TempDir()
	first, err := publish.Open(name)
	require.NoError(t, err)
	_, err = publish.Open(name)
	require.ErrorContains(t, err, "another fetcher is using this folder")
	require.NoError(t, first.Close())
	openFolder(t, name)
}

func TestFolderIsPublished_comparesWithMarker(t *testing.T) {
	same := publish.Expected{Dest: "model", Source: "s3://b/model", SHA256: modelDigest}
	other := func(change func(e *publish.Expected)) []publish.Expected {
		e := same
		change(&e)
		return []publish.Expected{e}
	}
	tests := []struct {
		name     string
		expected []publish.Expected
		want     bool
	}{
		{"the published artifact", []publish.Expected{same}, true},
		{"another digest", other(func(e *publish.Expected) { e.SHA256 = "00" }), false},
		{"no digest", other(func(e *publish.Expected) { e.SHA256 = "" }), false},
		{"another source", other(func(e *publish.Expected) { e.Source = "s3://b/v2" }), false},
		{"another dest", other(func(e *publish.Expected) { e.Dest = "m" }), false},
		{"a version other than the published one", other(func(e *publish.Expected) { e.Version = "7" }), false},
		{"extracted instead of as a file", other(func(e *publish.Expected) { e.Extract = true }), false},
		{"one more artifact", []publish.Expected{same, same}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := openFolder(t, t.TempDir())
			_, published, err := folder.IsPublished(t.Context(), tt.expected)
			require.NoError(t, err)
			require.False(t, published, "nothing is published yet")
			staged := stageFile(t, folder, 0, "model", "model")
			publishAll(t, folder, staged)
			records, published, err := folder.IsPublished(t.Context(), tt.expected)
			require.NoError(t, err)
			require.Equal(t, tt.want, published)
			require.Equal(t, tt.want, len(records) == 1)
		})
	}
}

func TestFolderFreeBytes_plausible(t *testing.T) {
	free, err := openFolder(t, t.TempDir()).FreeBytes()
	require.NoError(t, err)
	require.Positive(t, free)
	require.Less(t, free, int64(1)<<50)
}
