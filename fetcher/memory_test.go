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

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/storetest"
)

// The memory limits for files and for the extraction of archives.
const (
	maxForFiles    = 64 << 20
	maxForArchives = 128 << 20
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
				t.Logf("%s, %d MiB: peak %d MiB", kind, size>>20, peak>>20)
				require.LessOrEqual(t, peak, limit)
			})
		}
	}
}
