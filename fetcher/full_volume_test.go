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
	"github.com/modelferry/modelferry/fetcher/internal/storetest"
)

// runOnSmallVolume runs the fetcher on a tmpfs of the given size, in a mount namespace, and returns the files left on
// it.
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
		t.Skip("no mount namespaces for this user here; as root they are there")
	}
	require.NoError(t, err)
	_ = command.Wait() // the exit code is compared with the summary's
	got := f.result(t, command, stderr.String())
	remaining, err := os.ReadFile(listing)
	require.NoError(t, err, got.stderr)
	return got, strings.Fields(string(remaining))
}

// A volume that is too small is detected before the download or, for the content of an archive, as
// soon as possible, and nothing is left on it.
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
		says       string
	}{
		{"a file is larger than what is left", "", randomBytes(31, 12<<20), false, "12582912 bytes required"},
		{"another writer was there before", `head -c 6000000 /dev/zero > "$2/other"`,
			randomBytes(31, 4<<20), false, "4194304 bytes required"},
		{"an archive is larger than what is left", "", packed, true, "bytes required"},
		{"an archive unpacks to more than what is left", "", zeros, true, "the archive's next file: 6291456 bytes required"},
		{"small files fill the volume", "", archivetest.Gzip(t, archivetest.Tar(t, smallFiles...)), true, "no space left on device"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_EXTRACT", fmt.Sprint(tt.extract))
			store.Put(t, f.bucket, "models/m.bin", tt.body)
			got, remaining := runOnSmallVolume(t, f, 9, tt.fill)
			require.Equal(t, 6, got.ExitCode, got.stderr)
			require.Equal(t, "no space", got.Outcome)
			require.Contains(t, got.Message, tt.says)
			require.Contains(t, got.Message, "sizeLimit")
			if tt.fill != "" {
				require.Equal(t, []string{"other"}, remaining)
				return
			}
			require.Empty(t, remaining)
		})
	}
}
