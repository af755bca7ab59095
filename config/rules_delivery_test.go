package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// mounted is NLPInsight with FinBERT as a folder of a bucket that is mounted,
// with some more set of its model's release.
func mounted(model map[string]any) map[string]any {
	return map[string]any{
		"releases.nlpinsight.backend": "finbert", "releases.nlpinsight.delivery": "csi",
		"releases.nlpinsight.backends.finbert.artifacts.model": with(map[string]any{"path": "nlpinsight/finbert/v1/", "size": "1.2GB"}, model),
	}
}

// deliveryRules are about how artifacts come into a pod.
var deliveryRules = []rule{
	{name: "delivery is unknown", set: map[string]any{"releases.bankchurn.delivery": "fuse"},
		want: []string{`modelferry:releases.bankchurn.delivery: unknown delivery "fuse": it is fetch or csi`}},
	{name: "an archive that nothing unpacks", set: map[string]any{
		"releases.nlpinsight.backend": "finbert", "releases.nlpinsight.delivery": "csi"},
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model: is an archive, which a mounted bucket does not unpack: upload what is in it to a folder and name that (path: FOLDER/), or set delivery to fetch`}},
	{name: "a version that nothing pins", stack: "eks", set: map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.artifacts.model.version": "v7"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.version: csi mounts the object that lies there now: leave it out, or set delivery to fetch`}},
	{name: "a folder in a file's place", set: map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.artifacts.model": map[string]any{
		"path": "bankchurn/v1/", "size": "1MB"}},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: "bankchurn/v1/" is a folder, and appears as the file "model.joblib": end the artifact's dest with /`}},
	{name: "a digest of a folder", set: mounted(map[string]any{"sha256": zeros}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.sha256: a folder has no digest: leave it out`}},
	{name: "a folder that goes up", set: mounted(map[string]any{"path": "nlpinsight/../x/"}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.path: "nlpinsight/../x/" is no object's path: write it relative to the bucket, without ..`}},
	{name: "an artifact in another's folder", set: with(mounted(nil), map[string]any{"services.nlpinsight.artifacts.dataset.dest": "finbert/train.csv"}),
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model: appears as "finbert", but artifact "dataset" as "finbert/train.csv": a file is no folder`}},
	{name: "a mounted bucket at an endpoint", set: map[string]any{"releases.bankchurn.delivery": "csi", "endpoints.storage": "https://storage.internal"},
		want: []string{`modelferry:releases.bankchurn.delivery: csi mounts the cloud's own buckets, and knows no endpoints.storage: set it to fetch`}},
}

func with(base, more map[string]any) map[string]any {
	all := map[string]any{}
	for _, part := range []map[string]any{base, more} {
		for key, value := range part {
			all[key] = value
		}
	}
	return all
}

func TestMountedFolder(t *testing.T) {
	c := load(t, "gke", mounted(nil))
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

// What is not copied needs no room.
func TestMountedArtifactsNeedNoRoom(t *testing.T) {
	load(t, "gke", with(mounted(nil), map[string]any{"services.nlpinsight.backends.finbert.resources.limits.ephemeralStorage": "200Mi"}))
}

func TestProductionMayAcceptWhatIsNotVerified(t *testing.T) {
	load(t, "gke", with(mounted(nil), map[string]any{"production": true, "releases.nlpinsight.unverified": true}))
}
