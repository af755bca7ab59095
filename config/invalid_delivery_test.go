package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// csiRelease returns settings with which NLPInsight's FinBERT model is a folder of a mounted bucket. model has further
// keys of the released model.
func csiRelease(model map[string]any) map[string]any {
	return map[string]any{
		"releases.nlpinsight.backend": "finbert", "releases.nlpinsight.delivery": "csi",
		"releases.nlpinsight.backends.finbert.artifacts.model": merge(
			map[string]any{"path": "nlpinsight/finbert/v1/", "size": "1.2GB"}, model),
	}
}

// invalidDeliveries are cases of invalid values of delivery and of keys that depend on it.
var invalidDeliveries = []invalidCase{
	{name: "unknown delivery", set: map[string]any{"releases.bankchurn.delivery": "fuse"},
		want: []string{`modelferry:releases.bankchurn.delivery: Unsupported value: "fuse": supported values: "fetch", "csi"`}},
	{name: "archive with csi", set: map[string]any{
		"releases.nlpinsight.backend": "finbert", "releases.nlpinsight.delivery": "csi"},
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.path: Invalid value: ` +
			`"nlpinsight/model.tar.gz": must be a folder (FOLDER/) with the archive's content, because csi extracts nothing; or ` +
			`set delivery to fetch`}},
	{name: "version with csi", stack: "eks", set: map[string]any{"releases.bankchurn.delivery": "csi",
		"releases.bankchurn.artifacts.model.version": "v7"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.version: Forbidden: csi mounts the current version: ` +
			`remove it, or set delivery to fetch`}},
	{name: "folder for a file destination", set: map[string]any{"releases.bankchurn.delivery": "csi",
		"releases.bankchurn.artifacts.model": map[string]any{
			"path": "bankchurn/v1/", "size": "1MB"}},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "bankchurn/v1/": must not be a ` +
			`folder, because the artifact's dest, "model.joblib", does not end in /`}},
	{name: "digest of a folder", set: csiRelease(map[string]any{"sha256": zeros}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.sha256: Forbidden: a folder has no ` +
			`digest: remove it`}},
	{name: "folder with ..", set: csiRelease(map[string]any{"path": "nlpinsight/../x/"}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.path: Invalid value: ` +
			`"nlpinsight/../x/": must be the path of an object, relative to the bucket and without ..`}},
	{name: "destination in another artifact's folder", set: merge(csiRelease(nil),
		map[string]any{"services.nlpinsight.artifacts.dataset.dest": "finbert/train.csv"}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model: Invalid value: "finbert": must not ` +
			`overlap the destination of artifact "dataset", finbert/train.csv: a file cannot be a directory`}},
	{name: "csi with a storage endpoint", set: map[string]any{"releases.bankchurn.delivery": "csi",
		"endpoints.storage": "https://storage.internal"},
		want: []string{`modelferry:releases.bankchurn.delivery: Forbidden: csi may not be combined with ` +
			`modelferry:endpoints.storage: set it to fetch`}},
}

func merge(base, override map[string]any) map[string]any {
	merged := map[string]any{}
	for _, part := range []map[string]any{base, override} {
		for key, value := range part {
			merged[key] = value
		}
	}
	return merged
}

func TestWorkloads_csiFolder(t *testing.T) {
	c := load(t, "gke", csiRelease(nil))
	require.True(t, c.NeedsCSIDriver())
	w := workload(t, c, "nlpinsight")
	require.True(t, w.UsesCSI)
	model, dataset := w.Artifacts[0], w.Artifacts[1]
	require.True(t, model.IsFolder)
	require.Equal(t, "finbert", model.File)
	require.Equal(t, "finbert", model.ServerPath())
	require.False(t, dataset.IsFolder)
	require.Equal(t, "data/raw/train.csv", dataset.ServerPath())
	require.False(t, workload(t, c, "bankchurn").UsesCSI)
	require.False(t, load(t, "gke", nil).NeedsCSIDriver())
}

// Mounted artifacts are not copied to ephemeral storage.
func TestLoad_csiNeedsNoEphemeralStorage(t *testing.T) {
	load(t, "gke", merge(csiRelease(nil),
		map[string]any{"services.nlpinsight.backends.finbert.resources.limits.ephemeralStorage": "200Mi"}))
}

func TestLoad_productionUnverified(t *testing.T) {
	load(t, "gke", merge(csiRelease(nil), map[string]any{"production": true, "releases.nlpinsight.unverified": true}))
}
