package contract

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/request"
)

// objectPath draws valid and invalid paths below a prefix.
func objectPath(before string) *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"model.joblib", "m.tar.gz", "M.TGZ", "m.tar.zst", "a", "b", "..", ".", "", ".modelferry", "a\tb", "a\u00a0b", "ä", `a\b`,
		strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("long/", 200) + "x",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return before + strings.Join(
			rapid.SliceOfN(part, 1, 3).Draw(t, "parts"),
			"/",
		) + rapid.SampledFrom([]string{"", "", "/"}).
			Draw(t, "after")
	})
}

// The fetcher accepts every config that is valid, and both read it in the same way: an error has to be found before a
// rollout, not in its pods.
func TestFetcherRequest_acceptsValidConfig(t *testing.T) {
	for name := range clouds {
		t.Run(name, func(t *testing.T) {
			var accepted, refused int
			rapid.Check(t, func(t *rapid.T) {
				settings := stackSettings(t, name, "tfidf")
				path := func(c settingChange) string { return c.path }
				changes := rapid.SliceOfNDistinct(rapid.SampledFrom(settingChanges), 1, 5, path)
				for _, change := range changes.Draw(t, "changes") {
					settings.Set(change.path, change.value.Draw(t, change.path))
				}
				c, err := config.Load(settings, settings.Keys())
				if err != nil {
					refused++
					return
				}
				accepted++
				for service, req := range fetcherRequests(t, name, settings) {
					workload := workload(t, c, service)
					require.Equal(t, workload.ModelFolder, req.Folder)
					require.Len(t, req.Artifacts, len(workload.Artifacts))
					for k, live := range workload.Artifacts {
						artifact := req.Artifacts[k]
						require.Equal(t, live.Path, artifact.Path)
						require.Equal(t, live.File, artifact.Dest)
						require.Equal(t, live.Unpacked, artifact.Extract, "%s is unpacked by one, and not by the other", live.Path)
						require.Equal(t, live.SHA256, artifact.SHA256)
						require.Equal(t, live.Version, artifact.Version)
					}
				}
			})
			require.NotZero(t, accepted, "nothing was accepted")
			require.NotZero(t, refused, "nothing was refused")
		})
	}
}

func workload(t require.TestingT, c config.Config, name string) config.Workload {
	for _, w := range c.Workloads() {
		if w.Name == name {
			return w
		}
	}
	require.Fail(t, "no workload", name)
	return config.Workload{}
}

// settingChange draws valid and invalid values of a config key.
type settingChange struct {
	path  string
	value *rapid.Generator[any]
}

var settingChanges = []settingChange{
	{"services.bankchurn.modelFolder", objectPath("/").AsAny()},
	{"services.bankchurn.artifacts.model.dest", objectPath("").AsAny()},
	{"services.bankchurn.artifacts.model.extract", rapid.Bool().AsAny()},
	{"services.bankchurn.artifacts.dataset.dest", objectPath("").AsAny()},
	{"services.bankchurn.artifacts.dataset.extract", rapid.Bool().AsAny()},
	{"releases.bankchurn.artifacts.model.path", objectPath("bankchurn/").AsAny()},
	{"releases.bankchurn.artifacts.dataset.path", objectPath("bankchurn/").AsAny()},
	{
		"releases.bankchurn.artifacts.model.sha256",
		rapid.SampledFrom([]string{"", strings.Repeat("aB", 32), strings.Repeat("0", 63)}).AsAny(),
	},
	{"releases.bankchurn.artifacts.model.version", versions},
	{"releases.bankchurn.artifacts.dataset.version", versions},
}

var versions = rapid.SampledFrom([]string{"", "0", "7", "-7", "1700000000000001", "00012", strings.Repeat("9", 18), strings.Repeat("9", 19), "v1", "aB_-.x"}).
	AsAny()

// The fetcher's settings, with values at their bounds and just outside.
func TestFetcherRequest_acceptsValidSettings(t *testing.T) {
	for path, values := range map[string][]any{
		"fetcher.retries":  {-1, 0, 1, 20, 21},
		"fetcher.parallel": {-1, 0, 1, 64, 65},
		"fetcher.partSize": {"", "1", "64kB", "64KiB", "65537", "8MiB", "4.1MB", "0.5Mi", "64MiB", "64.1MiB", "1GiB"},
		"fetcher.backoff":  {"-1ns", "0s", "1ns", "10s", "100h"},
		"fetcher.timeout":  {"-1ns", "0s", "1ns", "90s", "100h"},

		"fetcher.archives.maxEntries": {-1, 0, 1, 1<<31 - 1, 1 << 31},
		"fetcher.archives.maxSize":    {"", "0", "1", "16TiB", "1EiB", "7.9EiB", "much"},
		"fetcher.archives.maxRatio":   {-1, 0, 1, 1<<31 - 1, 1 << 31},
		"fetcher.archives.maxWindow":  {"", "8388607", "8MiB", "9MB", "2GiB", "2147483649"},

		"fetcher.identityWait": {"-1ns", "0s", "1ns", "2m", "100h"},
	} {
		t.Run(path, func(t *testing.T) {
			accepted := 0
			for _, value := range values {
				settings := stackSettings(t, "gke", "tfidf")
				settings.Set(path, value)
				c, err := config.Load(settings, settings.Keys())
				if err != nil {
					continue
				}
				accepted++
				req := fetcherRequests(t, "gke", settings)["bankchurn"]
				require.Equal(t, c.Fetcher.Retries, req.Retries)
				require.Equal(t, c.Fetcher.Backoff, req.Backoff)
				require.Equal(t, c.Fetcher.Timeout, req.Timeout)
				require.Equal(t, cmp.Or(c.Fetcher.IdentityWaitOrZero(), request.DefaultIdentityWait), req.IdentityWait)
				require.Equal(t, cmp.Or(c.Fetcher.Parallel, request.DefaultParallel), req.Parallel)
				for key, value := range c.Fetcher.Archives.Env() {
					require.Equal(t, value, archiveLimit(req, key), key)
				}
				require.Equal(t, cmp.Or(c.Fetcher.PartSizeBytes(), request.DefaultPartSize), req.PartSize)
			}
			require.Greater(t, accepted, 2)
			require.Less(t, accepted, len(values))
		})
	}
}

// archiveLimit returns the limit that a variable of the fetcher sets.
func archiveLimit(req request.Request, variable string) string {
	return fmt.Sprint(map[string]int64{
		"FETCH_ARCHIVE_MAX_ENTRIES": int64(req.Limits.MaxEntries),
		"FETCH_ARCHIVE_MAX_BYTES":   req.Limits.MaxBytes,
		"FETCH_ARCHIVE_MAX_RATIO":   req.Limits.MaxRatio,
		"FETCH_ARCHIVE_MAX_WINDOW":  req.Limits.MaxWindow,
	}[variable])
}
