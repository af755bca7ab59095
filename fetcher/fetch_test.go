package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// randomBytes returns n bytes that do not compress and depend on the seed.
func randomBytes(seed byte, n int) []byte {
	body := make([]byte, n)
	source := rand.NewChaCha8([32]byte{seed})
	_, _ = source.Read(body) // never fails
	return body
}

func sha256Hex(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (f *fixture) readMarker(t *testing.T) publish.Marker {
	t.Helper()
	var marker publish.Marker
	require.NoError(t, json.Unmarshal(f.readFile(t, publish.MarkerName), &marker))
	return marker
}

func TestFetcher_downloadsModelInRanges(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, store, "").set("FETCH_PART_SIZE", "65536")
			body := randomBytes(1, 1<<20+17)
			version := store.Put(t, f.bucket, "models/m.bin", body)
			f.set("MODEL_SHA256", sha256Hex(body), "MODEL_VERSION", version, "MODEL_SIZE", fmt.Sprint(len(body)))
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, "done", got.Outcome)
			require.Equal(t, body, f.readFile(t, "m.bin"))
			marker := f.readMarker(t)
			require.Len(t, marker.Artifacts, 1)
			require.NotEmpty(t, marker.Artifacts[0].Checksum)
			require.Equal(t, publish.Record{
				Dest: "m.bin", Source: f.url("models/m.bin"), Bytes: int64(len(body)), SHA256: sha256Hex(body),
				Version: version, Checksum: marker.Artifacts[0].Checksum, Verified: "sha256",
			}, marker.Artifacts[0])
			require.Equal(t, sha256Hex(body), got.Artifacts[0].SHA256)
			require.True(t, got.Artifacts[0].Pinned)
			info, err := os.Stat(f.path("m.bin"))
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o644), info.Mode().Perm(), "the server may run as another user")
		})
	}
}

func TestFetcher_extractsArchiveBesideFile(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			weights, csv := randomBytes(2, 700_000), []byte("text,label\n")
			packed := archivetest.Gzip(t, archivetest.Tar(t,
				archivetest.Folder("./"), archivetest.File("./config.json", []byte("{}")),
				archivetest.File("./weights/pytorch_model.bin", weights), archivetest.Folder("./assets/")))
			f := newFixture(t, store, "").setObject("nlpinsight/model.tar.gz", "finbert/model.tar.gz").
				set("FETCH_PART_SIZE", "65536", "FETCH_PARALLEL", "3")
			data := store.Bucket(t) // artifacts may be in several buckets
			store.Put(t, f.bucket, "nlpinsight/model.tar.gz", packed)
			store.Put(t, data, "v1/phrasebank.csv", csv)
			f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"v1/phrasebank.csv","dest":"data/raw/train.csv"}]`, data))
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, weights, f.readFile(t, "finbert/weights/pytorch_model.bin"))
			require.Equal(t, "{}", string(f.readFile(t, "finbert/config.json")))
			require.DirExists(t, f.path("finbert/assets"))
			require.Equal(t, csv, f.readFile(t, "finbert/data/raw/train.csv"))
			require.NoFileExists(t, f.path("finbert/model.tar.gz"))
			require.Empty(t, got.Artifacts[0].SHA256, "no digest is pinned, and the store has a checksum")
			require.Regexp(t, "^CRC[0-9A-Z]+ [0-9a-f]+$", got.Artifacts[0].Checksum)
			require.Equal(t, 2, got.Artifacts[0].Files)
			require.False(t, got.Artifacts[0].Pinned)
		})
	}
}

// A server may want an archive as it is, such as Triton's EXECUTION_ENV_PATH.
func TestFetcher_keepsArchivePacked(t *testing.T) {
	store := storetest.S3(t)
	packed := archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("bin/python", []byte("x"))))
	f := newFixture(t, store, "").setObject("m/env.tar.gz", "env.tar.gz").set("MODEL_EXTRACT", "false")
	store.Put(t, f.bucket, "m/env.tar.gz", packed)
	f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"m/env.tar.gz","dest":"more/env.tar.gz","extract":false}]`, f.bucket))
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	require.False(t, got.Artifacts[0].Extracted)
	for _, name := range []string{"env.tar.gz", "more/env.tar.gz"} {
		require.Equal(t, packed, f.readFile(t, name))
	}
	require.NoDirExists(t, f.path("bin"))
}

// A restarted container finds what the previous one published.
func TestFetcher_secondRunIsUnchanged(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	body := randomBytes(3, 100_000)
	packed := archivetest.Tar(t, archivetest.File("a", body), archivetest.Symlink("b", "a"))
	store.Put(t, f.bucket, "models/m.bin", body)
	store.Put(t, f.bucket, "more.tar", packed)
	f.set("MODEL_SHA256", sha256Hex(body), "ARTIFACTS",
		fmt.Sprintf(`[{"bucket":%q,"path":"more.tar","dest":"more/x.tar","sha256":%q}]`, f.bucket, sha256Hex(packed)))
	require.Equal(t, "done", f.run(t).Outcome)

	second := f.run(t)
	require.Equal(t, "unchanged", second.Outcome, second.stderr)
	require.Len(t, second.Artifacts, 2)

	for name, damage := range map[string]func(){
		"a flipped byte of a file":     func() { flipByte(t, f.path("m.bin"), 17) },
		"a flipped byte of an archive": func() { flipByte(t, f.path("more/a"), 17) },
		"a missing file":               func() { require.NoError(t, os.Remove(f.path("more/a"))) },
		"a missing link":               func() { require.NoError(t, os.Remove(f.path("more/b"))) },
		"a missing marker":             func() { require.NoError(t, os.Remove(f.path(publish.MarkerName))) },
		"a truncated marker":           func() { require.NoError(t, os.Truncate(f.path(publish.MarkerName), 30)) },
		"a folder in place of a file": func() {
			require.NoError(t, os.Remove(f.path("more/a")))
			require.NoError(t, os.Mkdir(f.path("more/a"), 0o755))
		},
		"a link in place of a file": func() {
			require.NoError(t, os.Remove(f.path("m.bin")))
			require.NoError(t, os.Symlink("more/a", f.path("m.bin")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			damage()
			got := f.run(t)
			require.Equal(t, "done", got.Outcome, got.stderr)
			require.Equal(t, body, f.readFile(t, "m.bin"))
			require.Equal(t, body, f.readFile(t, "more/b"))
		})
	}
}

func flipByte(t *testing.T, name string, offset int64) {
	t.Helper()
	body, err := os.ReadFile(name)
	require.NoError(t, err)
	body[offset] ^= 1
	require.NoError(t, os.WriteFile(name, body, 0o644))
}

// The files of the previous publication are removed.
func TestFetcher_replacesPreviousArchive(t *testing.T) {
	store := storetest.GCS(t)
	f := newFixture(t, store, "").setObject("m.tar", "m.tar")
	store.Put(t, f.bucket, "m.tar", archivetest.Tar(t, archivetest.File("both", []byte("1")), archivetest.File("old/only", []byte("1"))))
	require.Equal(t, "done", f.run(t).Outcome)
	store.Put(t, f.bucket, "m.tar", archivetest.Tar(t, archivetest.File("both", []byte("2")), archivetest.File("new/only", []byte("2"))))
	require.Equal(t, "done", f.run(t).Outcome)
	require.Equal(t, "2", string(f.readFile(t, "both")))
	require.Equal(t, "2", string(f.readFile(t, "new/only")))
	require.NoDirExists(t, f.path("old"))
}

func TestFetcher_removesInterruptedPublication(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("model"))
	// The state after a kill between two renames of a publication.
	stale := f.path(".modelferry-staging/0")
	require.NoError(t, os.MkdirAll(stale, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(stale, "part"), []byte("part"), 0o644))
	require.NoError(t, os.WriteFile(f.path(".modelferry-staging/marker.json"),
		[]byte(`{"artifacts":[{"dest":"half/published.bin"},{"dest":"m.bin"}]}`), 0o644))
	require.NoError(t, os.MkdirAll(f.path("half"), 0o755))
	require.NoError(t, os.WriteFile(f.path("half/published.bin"), []byte("half"), 0o644))
	require.Equal(t, 0, f.run(t).ExitCode)
	require.NoDirExists(t, f.path("half"))
	require.Equal(t, "model", string(f.readFile(t, "m.bin")))
}

// The model server may run as another user: every user must be able to read the files, whatever the umask.
func TestFetcher_publishedFileModes(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").setObject("m.tar", "bert/m.tar")
	store.Put(t, f.bucket, "m.tar", archivetest.Tar(t, archivetest.File("d/weights", []byte("x"))))
	store.Put(t, f.bucket, "csv", []byte("x"))
	f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"csv","dest":"data/raw/csv"}]`, f.bucket))
	require.NoError(t, os.Mkdir(f.path(""), 0o755))
	command, stderr := f.command(t.Context())
	command.Args = []string{"sh", "-c", `umask 077; exec "$0"`, fetcher()}
	command.Path = "/bin/sh"
	require.NoError(t, command.Run(), stderr.String())
	for name, want := range map[string]os.FileMode{
		"bert": 0o755, "bert/d": 0o755, "bert/d/weights": 0o644,
		"bert/data/raw": 0o755, "bert/data/raw/csv": 0o644, "bert/.modelferry": 0o644,
	} {
		info, err := os.Stat(f.path(name))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), name)
	}
}
