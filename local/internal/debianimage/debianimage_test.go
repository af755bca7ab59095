package debianimage

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/buildcache"
)

// Small packages that need nothing but what is omitted.
var small = Spec{
	Packages: []string{"python3-six", "media-types"},
	Omit:     []string{"python3"},
	Links:    map[string]string{"usr/bin/python": "python3"},
}

// With the packages of the machine's apt. TestBuildUpdated is the same with packages of the test.
func TestBuild_debianPackages(t *testing.T) {
	if err := CheckHost(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	layer, err := Build(t.Context(), dir, small, func(line string) { t.Log(line) })
	if err != nil {
		skipIfAptFails(t, err)
	}
	require.NoError(t, err)
	require.NoError(t, validate.Layer(layer), "the recorded digests are those of the file")
	names := layerFiles(t, layer)
	require.Equal(t, "usr/bin", names["bin"].Linkname)
	require.Equal(t, "python3", names["usr/bin/python"].Linkname)
	require.Contains(t, names, "usr/lib/python3/dist-packages/six.py")
	require.Contains(t, names, "usr/share/doc/python3-six/copyright")
	require.NotContains(t, names, "usr/share/doc/python3-six/changelog.Debian.gz")
	require.NotContains(t, names, "usr/bin/python3", "omitted")
}

// skipIfAptFails skips a test that has failed because the mirrors of the machine's apt do not answer, or because its
// lists of packages are old and only root can update them. Lists of the test tell, which need no root.
func skipIfAptFails(t *testing.T, failure error) {
	t.Helper()
	if os.Geteuid() != 0 && strings.Contains(failure.Error(), "update the package lists") {
		t.Skipf("apt's lists of packages are old, and only root can update them: %v", failure)
	}
	dir := t.TempDir()
	output, err := exec.Command("apt-get", "update", "--error-on=any", "--option=Dir::State::lists="+dir, "--option=Dir::Cache="+dir,
		"--option=APT::Sandbox::User=root").CombinedOutput()
	if err != nil {
		t.Skipf("apt's mirrors cannot be reached: %v: %s", failure, output)
	}
}

// The lists of packages are updated once, and then the same is tried again.
func TestBuildUpdated(t *testing.T) {
	for name, c := range map[string]struct {
		script, wantError string
		want              []string
	}{
		"current lists": {want: []string{"resolve", "download"}},
		"lists without the package": {
			script: `old && fail Unable to locate package six`,
			want:   []string{"resolve", "update", "resolve", "download"},
		},
		"a version that the mirror no longer has": {
			script: `case $call in download) old && fail Failed to fetch six: 404;; esac`,
			want:   []string{"resolve", "download", "update", "resolve", "download"},
		},
		"another version is downloaded": {
			script: `case $call in resolve) old && echo "Inst six (1-0 Debian:12.15/oldstable [all])" && exit;; esac`,
			want:   []string{"resolve", "download", "update", "resolve", "download"},
		},
		"no mirror": {
			script: `fail no mirror`,
			want:   []string{"resolve", "update"},
			wantError: "dependencies of [six]: apt-get: exit status 100: E: no mirror\n" +
				"update the package lists: apt-get: exit status 100: E: no mirror",
		},
		"the update does not help": {
			script:    `case $call in download) fail no space;; esac`,
			want:      []string{"resolve", "download", "update", "resolve", "download"},
			wantError: "download of Debian packages: apt-get: exit status 100: E: no space",
		},
	} {
		t.Run(name, func(t *testing.T) {
			apt := newFakeApt(t, c.script)
			layer, err := apt.build(t, t.TempDir())
			require.Equal(t, c.want, apt.calls(t))
			if c.wantError != "" {
				require.EqualError(t, err, c.wantError)
				return
			}
			require.NoError(t, err)
			require.Contains(t, layerFiles(t, layer), "usr/lib/python3/dist-packages/six.py")
		})
	}
}

func TestBuildUpdated_reproducible(t *testing.T) {
	apt, dir := newFakeApt(t, ""), t.TempDir()
	first, err := apt.build(t, dir)
	require.NoError(t, err)
	second, err := apt.build(t, t.TempDir())
	require.NoError(t, err)
	require.Equal(t, first.record, second.record)
	require.NoError(t, validate.Layer(first), "the recorded digests are those of the file")
	apt.calls(t)

	cached, err := apt.build(t, dir)
	require.NoError(t, err)
	require.Equal(t, first, cached)
	require.Equal(t, []string{"resolve"}, apt.calls(t))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "the lock, the layer and its record, no downloads")
}

// A layer and its record that do not fit together are made again.
func TestBuildUpdated_damagedCache(t *testing.T) {
	for name, damage := range map[string]func(layer string) error{
		"no layer":         os.Remove,
		"no record":        func(layer string) error { return os.Remove(recordName(layer)) },
		"half a layer":     func(layer string) error { return os.Truncate(layer, 10) },
		"half a record":    func(layer string) error { return os.Truncate(recordName(layer), 10) },
		"an empty record":  func(layer string) error { return os.Truncate(recordName(layer), 0) },
		"another's record": func(layer string) error { return os.WriteFile(recordName(layer), []byte("{}"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			apt, dir := newFakeApt(t, ""), t.TempDir()
			layer, err := apt.build(t, dir)
			require.NoError(t, err)
			require.NoError(t, damage(layer.file))
			again, err := apt.build(t, dir)
			require.NoError(t, err)
			require.Equal(t, layer, again)
			require.NoError(t, validate.Layer(again))
			require.Equal(t, []string{"resolve", "download", "resolve", "download"}, apt.calls(t))
			cached, err := apt.build(t, dir)
			require.NoError(t, err)
			require.Equal(t, layer, cached)
			require.Equal(t, []string{"resolve"}, apt.calls(t))
		})
	}
}

func TestBuild_canceled(t *testing.T) {
	if err := CheckHost(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, err := Build(ctx, dir, small, func(string) {})
	require.ErrorIs(t, err, context.Canceled)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// layerFiles returns the headers of a layer by name.
func layerFiles(t *testing.T, layer v1.Layer) map[string]*tar.Header {
	t.Helper()
	content, err := layer.Uncompressed()
	require.NoError(t, err)
	defer content.Close()
	headers := map[string]*tar.Header{}
	files := tar.NewReader(content)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return headers
		}
		require.NoError(t, err)
		name := filepath.Clean(header.Name)
		require.NotContains(t, headers, name)
		headers[name] = header
	}
}

func openCache(t *testing.T) *buildcache.Cache {
	t.Helper()
	cache, err := buildcache.Open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(cache.Close)
	return cache
}
