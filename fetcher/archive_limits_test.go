package main_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// Each limit has a variable, and its message names it.
func TestFetcher_archiveLimits(t *testing.T) {
	store := storetest.S3(t)
	zeros := archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("a", make([]byte, 70<<20)), archivetest.File("b", nil)))
	for variable, tt := range map[string]struct {
		packed   []byte
		low, max string
	}{
		"FETCH_ARCHIVE_MAX_ENTRIES": {zeros, "1", "2"},
		"FETCH_ARCHIVE_MAX_BYTES":   {zeros, fmt.Sprint(70<<20 - 1), fmt.Sprint(70 << 20)},
		"FETCH_ARCHIVE_MAX_RATIO":   {zeros, "200", "2000"},
		"FETCH_ARCHIVE_MAX_WINDOW":  {zstdArchive(t, 9<<20), fmt.Sprint(8 << 20), fmt.Sprint(16 << 20)},
	} {
		t.Run(variable, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_EXTRACT", "true", "FETCH_ARCHIVE_MAX_RATIO", "2000")
			store.Put(t, f.bucket, "models/m.bin", tt.packed)
			got := f.set(variable, tt.low).run(t)
			require.Equal(t, 7, got.ExitCode, got.stderr)
			require.Contains(t, got.Message, variable)
			require.Contains(t, got.Message, f.url("models/m.bin"))
			got = f.set(variable, tt.max).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
		})
	}
}

// The limit of the ratio also applies to an object with a Content-Encoding.
func TestFetcher_ratioOfEncodedObject(t *testing.T) {
	store := storetest.Fakes(t)["s3"]
	zeros := make([]byte, 70<<20)
	for kind, content := range map[string][]byte{"file": zeros, "archive": archivetest.Tar(t, archivetest.File("m.bin", zeros))} {
		t.Run(kind, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
			store.PutObject(t, f.bucket, "models/m.bin", storetest.FakeObject{Body: archivetest.Gzip(t, content), Encoding: "gzip"})
			got := f.run(t)
			require.Equal(t, 7, got.ExitCode, got.stderr)
			require.Contains(t, got.Message, "above the limit of 1 to 200")
			require.Contains(t, got.Message, "FETCH_ARCHIVE_MAX_RATIO")
			got = f.set("FETCH_ARCHIVE_MAX_RATIO", "2147483647").run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, zeros, f.readFile(t, "m.bin"))
		})
	}
}

// A model may begin with zeros: the ratio is that of the whole object.
func TestFetcher_archiveBeginsWithZeros(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").setObject("m.tar.gz", "m.tar.gz").set("FETCH_PART_SIZE", "65536", "FETCH_PARALLEL", "1")
	packed := archivetest.Gzip(t, archivetest.Tar(t,
		archivetest.File("zeros", make([]byte, 80<<20)), archivetest.File("weights", randomBytes(8, 500_000))))
	store.Put(t, f.bucket, "m.tar.gz", packed)
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
}

// zstdArchive returns an archive for which a decoder needs a window of at least the size of its file.
func zstdArchive(t *testing.T, size int) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer, err := zstd.NewWriter(&packed, zstd.WithWindowSize(16<<20))
	require.NoError(t, err)
	_, err = writer.Write(archivetest.Tar(t, archivetest.File("weights", randomBytes(9, size))))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return packed.Bytes()
}

// addArtifacts requests n further copies of an object.
func (f *fixture) addArtifacts(key, dest string, n int) {
	var entries []string
	for i := range n {
		entries = append(entries, fmt.Sprintf(`{"bucket":%q,"path":%q,"dest":"%d/%s"}`, f.bucket, key, i, dest))
	}
	f.set("ARTIFACTS", "["+strings.Join(entries, ",")+"]")
}

// Archives whose windows do not fit into the memory together are extracted one after the other. An archive that waits
// holds no buffers: there are only two.
func TestFetcher_zstdArchivesTakeTurns(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").setObject("m.tar.zst", "m.tar.zst").
		set("FETCH_PARALLEL", "2", "FETCH_PART_SIZE", "65536", "FETCH_ARCHIVE_MAX_WINDOW", fmt.Sprint(16<<20))
	store.Put(t, f.bucket, "m.tar.zst", zstdArchive(t, 300_000))
	f.addArtifacts("m.tar.zst", "m.tar.zst", 6)
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	weights := randomBytes(9, 300_000)
	for i := range 6 {
		require.Equal(t, weights, f.readFile(t, fmt.Sprint(i, "/weights")))
	}
	require.Contains(t, got.stderr, "waiting for the extraction of another archive")
}

// The memory for buffers does not grow with the number of artifacts.
func TestFetcher_limitsConcurrentArtifacts(t *testing.T) {
	store := storetest.S3(t)
	proxy := faultproxy.New(t, store.Endpoint())
	proxy.Inject(1000, faultproxy.IsContent, faultproxy.Stall(0))
	f := newFixture(t, store, proxy.URL).set("FETCH_PARALLEL", "64")
	store.Put(t, f.bucket, "models/m.bin", []byte("model"))
	f.addArtifacts("models/m.bin", "m.bin", 30)
	command, stderr := f.command(t.Context())
	require.NoError(t, command.Start())
	count := func() int {
		entries, _ := os.ReadDir(f.path(staging)) // it does not exist yet
		return len(entries)
	}
	require.Eventually(t, func() bool { return count() == 8 }, 10*time.Second, time.Millisecond, stderr.String)
	time.Sleep(100 * time.Millisecond)
	require.Equal(t, 8, count())
	require.NoError(t, command.Process.Kill())
	_ = command.Wait() // it was killed
}
