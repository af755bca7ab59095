package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

// workload returns the workload of one service.
func workload(t *testing.T, c config.Config, name string) config.Workload {
	t.Helper()
	for _, w := range c.Workloads() {
		if w.Name == name {
			return w
		}
	}
	require.FailNow(t, "no workload "+name)
	return config.Workload{}
}

func TestWorkloads_sortedByName(t *testing.T) {
	var names []string
	for _, w := range load(t, "gke", nil).Workloads() {
		names = append(names, w.Name)
		require.Equal(t, config.ModelArtifact, w.Artifacts[0].Name, "the model comes first")
	}
	require.Equal(t, []string{"bankchurn", "chicagotaxi", "nlpinsight"}, names)
}

// A change of backend alone switches between the backends.
func TestWorkloads_backendOverridesService(t *testing.T) {
	for _, test := range []struct {
		backend, path      string
		bytes              int64
		serverPath, memory string
	}{
		{"tfidf", "nlpinsight/model.joblib", 5_000_000, "model.joblib", "1Gi"},
		{"finbert", "nlpinsight/model.tar.gz", 4 * 440_000_000, "finbert", "3Gi"},
	} {
		t.Run(test.backend, func(t *testing.T) {
			w := workload(t, load(t, "eks", map[string]any{
				"services.nlpinsight.env.NLP_BACKEND": "of the service",
				"releases.nlpinsight.backend":         test.backend,
			}), "nlpinsight")
			require.Equal(t, test.path, w.Artifacts[0].Path)
			require.Equal(t, test.bytes, w.Artifacts[0].Bytes)
			require.Equal(t, test.backend, w.Env["NLP_BACKEND"], "the backend's variable wins")
			require.Equal(t, "/nlpinsight", w.Env["API_ROOT_PATH"], "the service's other variables stay")
			require.Equal(t, test.memory, w.Resources.Limits.Memory)
			require.Len(t, w.Artifacts, 2, "the backend's model, the service's dataset")
			require.Equal(t, test.serverPath, w.Artifacts[0].ServerPath())
			require.Equal(t, "dataset", w.Artifacts[1].Name)
		})
	}
}

func TestServiceBuckets_withThoseOfAllBackends(t *testing.T) {
	require.Equal(t, []string{"models"}, load(t, "gke", nil).Services["chicagotaxi"].Buckets())
	for _, bucket := range []string{"models", "datasets"} {
		s := config.Service{Backends: map[string]config.Backend{
			"a": {Artifacts: map[string]config.Artifact{"model": {Bucket: "models"}}},
			"b": {Artifacts: map[string]config.Artifact{"model": {Bucket: bucket}}},
		}}
		want := map[string][]string{"models": {"models"}, "datasets": {"models", "datasets"}}
		require.Equal(t, want[bucket], s.Buckets())
	}
}

func TestWorkloads_doNotChangeServices(t *testing.T) {
	c := load(t, "gke", nil)
	first, second := c.Workloads(), c.Workloads()
	require.Equal(t, first, second)
	require.NotContains(t, c.Services["nlpinsight"].Env, "NLP_BACKEND")
	require.NotContains(t, c.Services["nlpinsight"].Artifacts, config.ModelArtifact)
}

func TestResolveArtifact_paths(t *testing.T) {
	for _, test := range []struct {
		name       string
		dest       string
		path       string
		extract    *bool
		file       string
		serverPath string
		unpacked   bool
	}{
		{"file", "model.joblib", "a/v2.joblib", nil, "model.joblib", "model.joblib", false},
		{"file in a folder", "data/raw/Churn.csv", "a/Churn.csv", nil, "data/raw/Churn.csv", "data/raw/Churn.csv", false},
		{"folder keeps the object's name", "predictions/", "a/2026.csv", nil, "predictions/2026.csv", "predictions", false},
		{"archive extracted into its dest", "finbert/", "a/model.tar.gz", nil, "finbert/model.tar.gz", "finbert", true},
		{"archive extracted into the directory of its dest", "finbert/model", "a/model.tgz", nil, "finbert/model", "finbert", true},
		{"archive extracted into the model folder", "model.tar", "a/model.tar", nil, "model.tar", ".", true},
		{"zstandard archive", "m/", "a/m.tar.zst", nil, "m/m.tar.zst", "m", true},
		{"archive without a known suffix", "m/", "a/weights", new(true), "m/weights", "m", true},
		{"compressed file that is not an archive", "m.gz", "a/m.gz", nil, "m.gz", "m.gz", false},
		{"archive that stays packed", "env/", "a/env.tar.gz", new(false), "env/env.tar.gz", "env", false},
		{"packed archive as a file", "env.tar.gz", "a/env.tar.gz", new(false), "env.tar.gz", "env.tar.gz", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			resolved := config.ResolveArtifact("model", config.Artifact{Dest: test.dest, Extract: test.extract},
				config.ArtifactRelease{Path: test.path, Size: "1MB"})
			require.Equal(t, test.file, resolved.File)
			require.Equal(t, test.serverPath, resolved.ServerPath())
			require.Equal(t, test.unpacked, resolved.Unpacked)
		})
	}
}

func TestWorkload_VolumeBytes(t *testing.T) {
	const staging = 16 << 20
	for _, test := range []struct {
		name           string
		path           string
		size, unpacked string
		want           int64
	}{
		{"file: 10% more than its size", "a/m.joblib", "10MB", "", 11_000_000 + staging},
		{"archive: four times its size", "a/m.tar.gz", "10MB", "", 44_000_000 + staging},
		{"archive: unpackedSize", "a/m.tar.gz", "10MB", "15MB", 16_500_000 + staging},
		{"binary units", "a/m.joblib", "10MiB", "", 10<<20 + 1<<20 + staging},
	} {
		t.Run(test.name, func(t *testing.T) {
			resolved := config.ResolveArtifact("model", config.Artifact{Dest: "m/"},
				config.ArtifactRelease{Path: test.path, Size: test.size, UnpackedSize: test.unpacked})
			require.Equal(t, test.want, config.Workload{Artifacts: []config.ResolvedArtifact{resolved}}.VolumeBytes())
		})
	}
}

func TestResolveArtifact_lowerCaseDigest(t *testing.T) {
	resolved := config.ResolveArtifact("model", config.Artifact{}, config.ArtifactRelease{SHA256: "ABCDEF", Version: "AbC"})
	require.Equal(t, "abcdef", resolved.SHA256)
	require.Equal(t, "AbC", resolved.Version, "version IDs are case-sensitive")
}

func TestWorkloads_serviceWithoutRelease(t *testing.T) {
	c := load(t, "gke", map[string]any{"releases.bankchurn": nil})
	require.Contains(t, c.Services, "bankchurn")
	for _, w := range c.Workloads() {
		require.NotEqual(t, "bankchurn", w.Name)
	}
	require.Len(t, c.Workloads(), len(c.Services)-1)
}
