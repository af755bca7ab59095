package contract

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// key is made of what goes wrong in paths, and of what goes right.
func key(before string) *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"model.joblib", "m.tar.gz", "M.TGZ", "m.tar.zst", "a", "b", "..", ".", "", ".modelferry", "a\tb", "a\u00a0b", "ä", `a\b`,
		strings.Repeat("n", 255), strings.Repeat("n", 256), strings.Repeat("long/", 200) + "x",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return before + strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "parts"), "/") + rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "after")
	})
}

// What config accepts, the fetcher accepts, and takes to be the same: a fault shows before a rollout, not in its
// pods.
func TestTheFetcherAcceptsWhatConfigAccepts(t *testing.T) {
	for name := range clouds {
		t.Run(name, func(t *testing.T) {
			accepted := 0
			rapid.Check(t, func(t *rapid.T) {
				settings := with(t, name, "tfidf")
				for _, change := range rapid.SliceOfNDistinct(rapid.SampledFrom(changes), 1, 5, func(c change) string { return c.path }).Draw(t, "changes") {
					settings.Set(change.path, change.value.Draw(t, change.path))
				}
				c, err := config.Load(settings, settings.Keys())
				if err != nil {
					return
				}
				accepted++
				for service, req := range asked(t, name, settings) {
					workload := workload(t, c, service)
					require.Equal(t, workload.ModelFolder, req.Folder)
					require.Len(t, req.Artifacts, len(workload.Live))
					for k, live := range workload.Live {
						read := req.Artifacts[k]
						require.Equal(t, live.Path, read.Path)
						require.Equal(t, live.File, read.Dest)
						require.Equal(t, live.Unpacked, read.Extract, "%s is unpacked by one, and not by the other", live.Path)
						require.Equal(t, live.SHA256, read.SHA256)
						require.Equal(t, live.Version, read.Version)
					}
					require.Equal(t, c.Fetcher.Retries, req.Retries)
					require.Equal(t, c.Fetcher.Backoff, req.Backoff)
					require.Equal(t, c.Fetcher.Timeout, req.Timeout)
					if c.Fetcher.Parallel > 0 {
						require.Equal(t, c.Fetcher.Parallel, req.Parallel)
					}
					if c.Fetcher.PartSize != "" {
						require.Equal(t, c.Fetcher.PartBytes(), req.PartSize)
					}
				}
			})
			require.NotZero(t, accepted, "nothing was accepted")
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

// change is a value of a stack that a person may set to anything.
type change struct {
	path  string
	value *rapid.Generator[any]
}

var changes = []change{
	{"services.bankchurn.modelFolder", key("/").AsAny()},
	{"services.bankchurn.artifacts.model.dest", key("").AsAny()},
	{"services.bankchurn.artifacts.model.extract", rapid.Bool().AsAny()},
	{"services.bankchurn.artifacts.dataset.dest", key("").AsAny()},
	{"services.bankchurn.artifacts.dataset.extract", rapid.Bool().AsAny()},
	{"releases.bankchurn.artifacts.model.path", key("bankchurn/").AsAny()},
	{"releases.bankchurn.artifacts.dataset.path", key("bankchurn/").AsAny()},
	{"releases.bankchurn.artifacts.model.sha256", rapid.SampledFrom([]string{"", strings.Repeat("aB", 32), strings.Repeat("0", 63)}).AsAny()},
	{"releases.bankchurn.artifacts.model.version", versions},
	{"releases.bankchurn.artifacts.dataset.version", versions},
	{"fetcher.retries", rapid.IntRange(-1, 30).AsAny()},
	{"fetcher.parallel", rapid.IntRange(-1, 100).AsAny()},
	{"fetcher.partSize", rapid.SampledFrom([]string{"", "1", "64kB", "64KiB", "65537", "8MiB", "8MB", "0.5Mi", "64MiB", "64.1MiB", "1GiB"}).AsAny()},
	{"fetcher.backoff", waits},
	{"fetcher.timeout", waits},
}

var (
	versions = rapid.SampledFrom([]string{"", "0", "7", "-7", "1700000000000001", "00012", strings.Repeat("9", 18), strings.Repeat("9", 19), "v1", "aB_-.x"}).AsAny()
	waits    = rapid.Map(rapid.SampledFrom([]time.Duration{-1, 0, 1, time.Millisecond, 90 * time.Second, 100 * time.Hour}), func(d time.Duration) any { return d.String() })
)
