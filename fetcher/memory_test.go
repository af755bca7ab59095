//go:build long

package main_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// The memory limits for files and for the extraction of archives.
const (
	maxForFiles    = 64 << 20
	maxForArchives = 128 << 20
	maxForWindows  = 240 << 20
)

// releaseBinary builds the fetcher as it is released: the test binary, which is the fetcher in the other tests, links
// more and so needs more memory. Reading the sources makes Go's test cache depend on them.
func releaseBinary(t *testing.T) string {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			_, err = os.ReadFile(path)
		}
		return err
	})
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), "fetcher")
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -buildid=", "-o", binary, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return binary
}

// peakMemory returns the peak resident set of a running process. The value that the kernel reports after its exit
// includes the memory of the parent process.
func peakMemory(command *exec.Cmd) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if text, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, _ := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// runMeasured runs the fetcher and returns its peak memory.
func runMeasured(t *testing.T, f *fixture, binary string) int64 {
	t.Helper()
	command, stderr := f.command(t.Context())
	command.Path = binary
	require.NoError(t, command.Start())
	exited := make(chan struct{})
	go func() {
		_ = command.Wait() // the exit code is compared below
		close(exited)
	}()
	var peak int64
	for running := true; running; {
		select {
		case <-exited:
			running = false
		case <-time.After(5 * time.Millisecond):
			peak = max(peak, peakMemory(command))
		}
	}
	got := f.result(t, command, stderr.String())
	require.Equal(t, 0, got.ExitCode, got.stderr)
	return peak
}

// Archives with the largest window are extracted one after the other, those with smaller ones together. The container
// has 256 MiB.
func TestMemory_severalZstdArchives(t *testing.T) {
	store, binary := storetest.S3(t), releaseBinary(t)
	for name, tt := range map[string]struct{ archives, window, megabytes int }{
		"zstd --long=27": {3, 128 << 20, 150}, "zstd -19": {12, 8 << 20, 20}, "zstd -3": {20, 2 << 20, 5},
	} {
		t.Run(name, func(t *testing.T) {
			packed := zstdTar(t, tt.megabytes<<20, tt.window)
			f := newFixture(t, store, "").setObject("m.tar.zst", "0/m.tar.zst").set("FETCH_TIMEOUT", "3m")
			f.set("LOCAL_MODEL_PATH", f.path("0/m.tar.zst"), "MODEL_FOLDER", f.path(""))
			store.Put(t, f.bucket, "m.tar.zst", packed)
			var artifacts []string
			for i := 1; i < tt.archives; i++ {
				artifacts = append(artifacts, fmt.Sprintf(`{"bucket":%q,"path":"m.tar.zst","dest":"%d/m.tar.zst"}`, f.bucket, i))
			}
			f.set("ARTIFACTS", "["+strings.Join(artifacts, ",")+"]")
			peak := runMeasured(t, f, binary)
			t.Logf("%s, %d archives: peak %d MiB", name, tt.archives, peak>>20)
			require.LessOrEqual(t, peak, int64(maxForWindows))
		})
	}
}

// zstdTar returns an archive of one file with a content that does not compress, for which a decoder needs the window.
func zstdTar(t *testing.T, size, window int) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer, err := zstd.NewWriter(&packed, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	require.NoError(t, err)
	_, err = writer.Write(archivetest.Tar(t, archivetest.File("weights", randomBytes(9, size))))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return packed.Bytes()
}

// From four processors on, several cores decompress an archive, each with buffers of its own. A second archive at the
// same time is decompressed by one.
func TestMemory_gzipOnFourProcessors(t *testing.T) {
	store, binary := storetest.S3(t), releaseBinary(t)
	dictionary := randomBytes(4, 8<<10)
	records := randomBytes(5, 96<<20)
	for i := 0; i+24 < len(records); i += 24 {
		copy(records[i+6:i+24], dictionary[(int(records[i])<<5|int(records[i+1])&31):])
	}
	for name, content := range map[string][]byte{"random": randomBytes(6, 96<<20), "records": records, "zeros": make([]byte, 96<<20)} {
		packed := archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("weights", content)))
		for _, archives := range []int{1, 2} {
			t.Run(fmt.Sprintf("%d with %s", archives, name), func(t *testing.T) {
				f := newFixture(t, store, "").setObject("m.tar.gz", "0/m.tar.gz").set("FETCH_TIMEOUT", "3m", "GOMAXPROCS", "4")
				f.set("LOCAL_MODEL_PATH", f.path("0/m.tar.gz"), "MODEL_FOLDER", f.path(""), "FETCH_ARCHIVE_MAX_RATIO", "2000")
				store.Put(t, f.bucket, "m.tar.gz", packed)
				if archives == 2 {
					f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"m.tar.gz","dest":"1/m.tar.gz"}]`, f.bucket))
				}
				peak := runMeasured(t, f, binary)
				t.Logf("%d bytes: peak %d MiB", len(packed), peak>>20)
				require.LessOrEqual(t, peak, int64(maxForArchives))
			})
		}
	}
}

func TestMemory_constantForAnyObjectSize(t *testing.T) {
	store, binary := storetest.S3(t), releaseBinary(t)
	for kind, limit := range map[string]int64{"file": maxForFiles, "archive": maxForArchives} {
		for _, size := range []int64{4 << 20, 200 << 20, 5 << 30} {
			t.Run(fmt.Sprintf("%s of %d MiB", kind, size>>20), func(t *testing.T) {
				f := newFixture(t, store, "").set("FETCH_TIMEOUT", "8m")
				f.bucket = store.UnversionedBucket(t)
				bucketKey, _ := store.EnvVars()
				f.set(bucketKey, f.bucket)
				var header bytes.Buffer
				length := size
				if kind == "archive" {
					// The sparse part reads as zeros. Its last 1024 bytes are the end-of-archive mark.
					require.NoError(t, tar.NewWriter(&header).WriteHeader(&tar.Header{
						Name: "weights", Mode: 0o644, Size: size - 2048 - 512,
					}))
					f.set("MODEL_EXTRACT", "true")
					length = int64(header.Len()) + size - 2048 - 512 + 2048
				}
				store.PutSparse(t, f.bucket, "models/m.bin", header.Bytes(), length)
				peak := runMeasured(t, f, binary)
				t.Logf("%s, %d MiB: peak %d MiB", kind, size>>20, peak>>20)
				require.LessOrEqual(t, peak, limit)
			})
		}
	}
}
