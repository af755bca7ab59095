package main_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// runOnSmallVolume runs the fetcher in a mount namespace, on a tmpfs of the given size. The shell command fill runs
// before it. The names of the files that remain on the volume are returned.
func runOnSmallVolume(t *testing.T, f *fixture, mebibytes int, fill string) (result, []string) {
	t.Helper()
	models, listing := f.path(""), filepath.Join(f.volume, "listing")
	require.NoError(t, os.MkdirAll(models, 0o755))
	command, stderr := f.command(t.Context())
	const script = `mount -t tmpfs -o size=$1m none "$2" && { eval "$4"; "$0"; code=$?; ls -A "$2" > "$3"; exit $code; }`
	command.Path = "/bin/sh"
	command.Args = []string{"sh", "-c", script, fetcher(), fmt.Sprint(mebibytes), models, listing, fill}
	command.Env = append(command.Env, "PATH="+os.Getenv("PATH"))
	attributes := command.SysProcAttr
	attributes.Cloneflags = syscall.CLONE_NEWNS
	if uid := os.Getuid(); uid != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err := command.Start()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skip("mount namespaces are not permitted here: run the test as root, in a container with CAP_SYS_ADMIN")
	}
	require.NoError(t, err)
	_ = command.Wait() // the exit code is compared with the summary's
	got := f.result(t, command, stderr.String())
	remaining, err := os.ReadFile(listing)
	require.NoError(t, err, got.stderr)
	return got, strings.Fields(string(remaining))
}

// A volume that is too small is detected before the download. For the content of an archive it is detected before the
// first large file that does not fit. Nothing remains on the volume.
func TestFetcher_fullVolume(t *testing.T) {
	store := storetest.S3(t)
	weights := randomBytes(30, 6<<20)
	packed := archivetest.Tar(t, archivetest.File("a", weights), archivetest.File("b", weights))
	zeros := archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("a", make([]byte, 6<<20)), archivetest.File("b", make([]byte, 6<<20))))
	smallFiles := make([]archivetest.Entry, 0, 40)
	for i := range cap(smallFiles) {
		smallFiles = append(smallFiles, archivetest.File(fmt.Sprint(i), make([]byte, 300_000)))
	}
	tests := []struct {
		name, fill string
		body       []byte
		extract    bool
		message    string
	}{
		{"a file larger than the volume", "", randomBytes(31, 12<<20), false, "12582912 bytes required"},
		{"a file larger than the space that other files leave", `head -c 6000000 /dev/zero > "$2/other"`,
			randomBytes(31, 4<<20), false, "4194304 bytes required"},
		{"an archive larger than the volume", "", packed, true, "bytes required"},
		{"an archive whose content is larger than the volume", "", zeros, true, "the archive's next file: 6291456 bytes required"},
		{"an archive of small files that fill the volume", "", archivetest.Gzip(t, archivetest.Tar(t, smallFiles...)), true,
			"no space left on device"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_EXTRACT", fmt.Sprint(tt.extract))
			store.Put(t, f.bucket, "models/m.bin", tt.body)
			got, remaining := runOnSmallVolume(t, f, 9, tt.fill)
			require.Equal(t, 6, got.ExitCode, got.stderr)
			require.Equal(t, "no space", got.Outcome)
			require.Contains(t, got.Message, tt.message)
			require.Contains(t, got.Message, "sizeLimit")
			if tt.fill != "" {
				require.Equal(t, []string{"other"}, remaining)
				return
			}
			require.Empty(t, remaining)
		})
	}
}
