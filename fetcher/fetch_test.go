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
	"github.com/modelferry/modelferry/fetcher/internal/storetest"
)

// noise is n bytes that do not compress and differ from seed to seed.
func noise(seed byte, n int) []byte {
	body := make([]byte, n)
	source := rand.NewChaCha8([32]byte{seed})
	_, _ = source.Read(body) // never fails
	return body
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (b *bench) marker(t *testing.T) publish.Marker {
	var marker publish.Marker
	require.NoError(t, json.Unmarshal(b.file(t, publish.MarkerName), &marker))
	return marker
}

func TestAModelInManyRanges(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, store, "").set("FETCH_PART_SIZE", "65536")
			body := noise(1, 1<<20+17)
			version := store.Put(t, b.bucket, "models/m.bin", body)
			b.set("MODEL_SHA256", digest(body), "MODEL_VERSION", version, "MODEL_SIZE", fmt.Sprint(len(body)))
			got := b.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, "done", got.Outcome)
			require.Equal(t, body, b.file(t, "m.bin"))
			marker := b.marker(t)
			require.Len(t, marker.Artifacts, 1)
			require.NotEmpty(t, marker.Artifacts[0].Checksum)
			require.Equal(t, publish.Record{
				Dest: "m.bin", Source: b.url("models/m.bin"), Bytes: int64(len(body)), SHA256: digest(body), Version: version, Checksum: marker.Artifacts[0].Checksum, Verified: "sha256",
			}, marker.Artifacts[0])
			require.Equal(t, digest(body), got.Artifacts[0].SHA256)
			require.True(t, got.Artifacts[0].Pinned)
			info, err := os.Stat(b.path("m.bin"))
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o644), info.Mode().Perm(), "the server may run as another user")
		})
	}
}

func TestAnArchiveAndAFileTogether(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			weights, csv := noise(2, 700_000), []byte("text,label\n")
			packed := archivetest.Gzip(t, archivetest.Tar(t,
				archivetest.Folder("./"), archivetest.File("./config.json", []byte("{}")), archivetest.File("./weights/pytorch_model.bin", weights), archivetest.Folder("./assets/")))
			b := newBench(t, store, "").from("nlpinsight/model.tar.gz", "finbert/model.tar.gz").set("FETCH_PART_SIZE", "65536", "FETCH_PARALLEL", "3")
			data := store.Bucket(t) // artifacts come from several buckets
			store.Put(t, b.bucket, "nlpinsight/model.tar.gz", packed)
			store.Put(t, data, "v1/phrasebank.csv", csv)
			b.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"v1/phrasebank.csv","dest":"data/raw/train.csv"}]`, data))
			got := b.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, weights, b.file(t, "finbert/weights/pytorch_model.bin"))
			require.Equal(t, "{}", string(b.file(t, "finbert/config.json")))
			require.DirExists(t, b.path("finbert/assets"))
			require.Equal(t, csv, b.file(t, "finbert/data/raw/train.csv"))
			require.NoFileExists(t, b.path("finbert/model.tar.gz"))
			require.Empty(t, got.Artifacts[0].SHA256, "it was not pinned, and the store has a checksum")
			require.Regexp(t, "^CRC[0-9A-Z]+ [0-9a-f]+$", got.Artifacts[0].Checksum)
			require.Equal(t, 2, got.Artifacts[0].Files)
			require.False(t, got.Artifacts[0].Pinned)
		})
	}
}

// A restarted container finds what the last one published.
func TestASecondRunOfPinnedArtifactsTouchesNothing(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "")
	body := noise(3, 100_000)
	packed := archivetest.Tar(t, archivetest.File("a", body), archivetest.Link("b", "a"))
	store.Put(t, b.bucket, "models/m.bin", body)
	store.Put(t, b.bucket, "more.tar", packed)
	b.set("MODEL_SHA256", digest(body), "ARTIFACTS",
		fmt.Sprintf(`[{"bucket":%q,"path":"more.tar","dest":"more/x.tar","sha256":%q}]`, b.bucket, digest(packed)))
	require.Equal(t, "done", b.run(t).Outcome)

	again := b.run(t)
	require.Equal(t, "unchanged", again.Outcome, again.stderr)
	require.Len(t, again.Artifacts, 2)

	for name, spoil := range map[string]func(){
		"a flipped byte of a file":     func() { flip(t, b.path("m.bin"), 17) },
		"a flipped byte of an archive": func() { flip(t, b.path("more/a"), 17) },
		"a file that is gone":          func() { require.NoError(t, os.Remove(b.path("more/a"))) },
		"a link that is gone":          func() { require.NoError(t, os.Remove(b.path("more/b"))) },
		"a marker that is gone":        func() { require.NoError(t, os.Remove(b.path(publish.MarkerName))) },
		"a marker that was cut off":    func() { require.NoError(t, os.Truncate(b.path(publish.MarkerName), 30)) },
		"a file that became a folder": func() {
			require.NoError(t, os.Remove(b.path("more/a")))
			require.NoError(t, os.Mkdir(b.path("more/a"), 0o755))
		},
		"a file that became a link to one": func() {
			require.NoError(t, os.Remove(b.path("m.bin")))
			require.NoError(t, os.Symlink("more/a", b.path("m.bin")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			spoil()
			got := b.run(t)
			require.Equal(t, "done", got.Outcome, got.stderr)
			require.Equal(t, body, b.file(t, "m.bin"))
			require.Equal(t, body, b.file(t, "more/b"))
		})
	}
}

func flip(t *testing.T, name string, at int64) {
	body, err := os.ReadFile(name)
	require.NoError(t, err)
	body[at] ^= 1
	require.NoError(t, os.WriteFile(name, body, 0o644))
}

// What an earlier request published does not mix with what this one does.
func TestAnotherArchiveReplacesTheFirst(t *testing.T) {
	store := storetest.GCS(t)
	b := newBench(t, store, "").from("m.tar", "m.tar")
	store.Put(t, b.bucket, "m.tar", archivetest.Tar(t, archivetest.File("both", []byte("1")), archivetest.File("old/only", []byte("1"))))
	require.Equal(t, "done", b.run(t).Outcome)
	store.Put(t, b.bucket, "m.tar", archivetest.Tar(t, archivetest.File("both", []byte("2")), archivetest.File("new/only", []byte("2"))))
	require.Equal(t, "done", b.run(t).Outcome)
	require.Equal(t, "2", string(b.file(t, "both")))
	require.Equal(t, "2", string(b.file(t, "new/only")))
	require.NoDirExists(t, b.path("old"))
}

func TestLeftoversOfACrashAreSweptAway(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "")
	store.Put(t, b.bucket, "models/m.bin", []byte("model"))
	// As a publication leaves it that was killed between two renames.
	stale := b.path(".modelferry-staging/0")
	require.NoError(t, os.MkdirAll(stale, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(stale, "part"), []byte("part"), 0o644))
	require.NoError(t, os.WriteFile(b.path(".modelferry-staging/marker.json"), []byte(`{"artifacts":[{"dest":"half/published.bin"},{"dest":"m.bin"}]}`), 0o644))
	require.NoError(t, os.MkdirAll(b.path("half"), 0o755))
	require.NoError(t, os.WriteFile(b.path("half/published.bin"), []byte("half"), 0o644))
	require.Equal(t, 0, b.run(t).ExitCode)
	require.NoDirExists(t, b.path("half"))
	require.Equal(t, "model", string(b.file(t, "m.bin")))
}

// The server may run as another user: what is published is there to be read,
// whatever umask the fetcher was started with.
func TestWhatIsPublishedCanBeReadByEveryone(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "").from("m.tar", "bert/m.tar")
	store.Put(t, b.bucket, "m.tar", archivetest.Tar(t, archivetest.File("d/weights", []byte("x"))))
	store.Put(t, b.bucket, "csv", []byte("x"))
	b.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"csv","dest":"data/raw/csv"}]`, b.bucket))
	require.NoError(t, os.Mkdir(b.path(""), 0o755))
	command, stderr := b.command(t.Context())
	command.Args = []string{"sh", "-c", `umask 077; exec "$0"`, fetcher}
	command.Path = "/bin/sh"
	require.NoError(t, command.Run(), stderr.String())
	for name, want := range map[string]os.FileMode{
		"bert": 0o755, "bert/d": 0o755, "bert/d/weights": 0o644,
		"bert/data/raw": 0o755, "bert/data/raw/csv": 0o644, "bert/.modelferry.json": 0o644,
	} {
		info, err := os.Stat(b.path(name))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), name)
	}
}
