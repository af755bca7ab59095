package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// KServe's servers list the folder and take every file with one of these suffixes, hidden or not; Triton takes every
// folder. https://github.com/kserve/kserve/tree/master/python
func TestFetcher_listingContainsOnlyModel(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").setObject("m.tar", "m.tar")
	store.Put(t, f.bucket, "m.tar", archivetest.Tar(t, archivetest.File("xgb.json", []byte("{}"))))
	require.Equal(t, 0, f.run(t).ExitCode)
	entries, err := os.ReadDir(f.path(""))
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, entry := range entries {
		require.False(t, entry.IsDir(), entry.Name())
		if entry.Name() != "xgb.json" {
			require.Equal(t, publish.MarkerName, entry.Name())
			require.Empty(t, filepath.Ext(entry.Name()[1:]), "a suffix could be that of a model")
		}
	}
}

// A container may restart in a volume that an earlier version has filled.
func TestFetcher_formerMarkerIsUpToDate(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	version := store.Put(t, f.bucket, "models/m.bin", []byte("model"))
	f.set("MODEL_SHA256", sha256Hex([]byte("model")), "MODEL_VERSION", version)
	require.Equal(t, "done", f.run(t).Outcome)
	require.NoError(t, os.Rename(f.path(publish.MarkerName), f.path(".modelferry.json")))
	require.Equal(t, "unchanged", f.run(t).Outcome)
	require.NoFileExists(t, f.path(".modelferry.json"))
}

// A missing version folder of an ensemble is noticed, although it contains no file.
func TestFetcher_missingEmptyFolderIsRestored(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").setObject("m.tar", "m.tar")
	packed := archivetest.Tar(t, archivetest.Folder("ensemble/1"), archivetest.File("ensemble/config.pbtxt", []byte("x")))
	store.Put(t, f.bucket, "m.tar", packed)
	f.set("MODEL_SHA256", sha256Hex(packed))
	require.Equal(t, "done", f.run(t).Outcome)
	require.Equal(t, "unchanged", f.run(t).Outcome)
	require.NoError(t, os.Remove(f.path("ensemble/1")))
	require.Equal(t, "done", f.run(t).Outcome)
	require.DirExists(t, f.path("ensemble/1"))
}

func TestFetcher_secondFetcherInSameFolder(t *testing.T) {
	store := storetest.GCS(t)
	first, second := newFixture(t, store, ""), newFixture(t, store, "")
	store.Put(t, first.bucket, "models/m.bin", []byte("first"))
	store.Put(t, second.bucket, "models/m.bin", []byte("second"))
	require.Equal(t, 0, first.run(t).ExitCode)
	got := second.set("LOCAL_MODEL_PATH", first.path("other.bin")).run(t)
	require.Equal(t, 2, got.ExitCode, got.stderr)
	require.Contains(t, got.Message, "contains m.bin from "+first.url("models/m.bin")+", which is none of this fetcher's artifacts")
	require.Equal(t, "first", string(first.readFile(t, "m.bin")))
	require.NoFileExists(t, first.path("other.bin"))
}

func TestFetcher_warnsOfMissingLocalModelPath(t *testing.T) {
	store := storetest.S3(t)
	packed := archivetest.Tar(t, archivetest.File("bert/weights", []byte("x")))
	for dest, missing := range map[string]bool{"model.bin": true, "sub/model": true, "bert": false, "bert/weights": true, "m.tar": false} {
		t.Run(dest, func(t *testing.T) {
			f := newFixture(t, store, "").setObject("m.tar", dest).set("MODEL_FOLDER", "")
			f.set("LOCAL_MODEL_PATH", f.path(dest), "MODEL_FOLDER", f.path(""), "MODEL_SHA256", sha256Hex(packed))
			store.Put(t, f.bucket, "m.tar", packed)
			for _, outcome := range []string{"done", "unchanged"} {
				got := f.run(t)
				require.Equal(t, outcome, got.Outcome, got.stderr)
				if !missing {
					require.Empty(t, got.Warnings)
					continue
				}
				require.Len(t, got.Warnings, 1)
				require.Contains(t, got.Warnings[0],
					"LOCAL_MODEL_PATH "+f.path(dest)+" does not exist: "+f.url("m.tar")+" was extracted into ")
				require.Contains(t, got.stderr, `"level":"WARN"`)
			}
		})
	}
}
