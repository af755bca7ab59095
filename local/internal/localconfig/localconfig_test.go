package localconfig

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// repository creates a repository with this repository's stack files and nothing else.
func repository(t *testing.T, stack string) paths.Layout {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi." + stack + ".yaml"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	layout, err := paths.New(dir, stack)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(layout.Dir(), 0o755))
	return layout
}

// live returns the config that the engine would get.
func live(t *testing.T, layout paths.Layout, r Stack) config.Config {
	t.Helper()
	file, err := stackfile.Read(layout.Root, layout.Stack, r.WithEndpoints(node.Info{StoreURL: "http://10.0.0.1:9000"}, Images{
		Fetcher: "10.0.0.1:5000/fetcher:1", Server: "10.0.0.1:5000/server:1",
	}))
	require.NoError(t, err)
	c, err := file.Load()
	require.NoError(t, err)
	return c
}

func TestLoad_localArtifacts(t *testing.T) {
	for _, stack := range paths.Stacks {
		t.Run(stack, func(t *testing.T) {
			p := repository(t, stack)
			r, err := Load(p)
			require.NoError(t, err)
			require.Len(t, r.Objects, 6)
			c := live(t, p, r)
			require.Equal(t, "10.0.0.1:5000/fetcher:1", c.Fetcher.Image)
			require.Equal(t, "http://10.0.0.1:9000", c.Endpoints.Storage)
			pinned := map[string]string{}
			for _, object := range r.Objects {
				pinned[object.Bucket+"/"+object.Path] = object.File.SHA256
			}
			for _, w := range c.Workloads() {
				require.Equal(t, "10.0.0.1:5000/server:1", w.Image)
				for _, artifact := range w.Artifacts {
					require.Equal(t, pinned[artifact.Bucket+"/"+artifact.Path], artifact.SHA256, artifact.Path)
				}
			}
			require.Equal(t, int64(4_100_000), r.Objects[0].File.Bytes)
		})
	}
}

func TestLoad_publishedArtifact(t *testing.T) {
	p := repository(t, "gke")
	file := testmodel.File{Name: "/tmp/model.joblib", SHA256: "00000000000011111111111122222222222233333333333344444444444455ff", Bytes: 7}
	path := ObjectPath(config.Service{Prefix: "bankchurn/"}, file)
	require.Equal(t, "bankchurn/000000000000/model.joblib", path)
	written, err := SavePublished(p, "bankchurn", []string{"artifacts", "model"}, path, file)
	require.NoError(t, err)

	r, err := Load(p)
	require.NoError(t, err)
	require.Len(t, r.Objects, 5, "no stand-in for what is published")
	model := live(t, p, r).Workloads()[0].Artifacts[0]
	require.Equal(t, path, model.Path)
	require.Equal(t, file.SHA256, model.SHA256)
	require.Equal(t, int64(7), model.Bytes)

	require.NoError(t, os.Remove(written))
	r, err = Load(p)
	require.NoError(t, err)
	require.Equal(t, "bankchurn/model.joblib", live(t, p, r).Workloads()[0].Artifacts[0].Path)
}

func TestPublish_keepsOtherEntries(t *testing.T) {
	p := repository(t, "eks")
	require.NoError(t, os.WriteFile(publishedConfigFile(p), []byte("config:\n  modelferry:rollout: {deadline: 15s}\n"), 0o644))
	_, err := SavePublished(p, "bankchurn", []string{"artifacts", "model"}, "bankchurn/m", testmodel.File{SHA256: "a", Bytes: 1})
	require.NoError(t, err)
	published, err := readPublishedConfig(p)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"deadline": "15s"}, published["modelferry:rollout"])
	require.True(t, pinsArtifact(published, "bankchurn", []string{"artifacts", "model"}))
	require.False(t, pinsArtifact(published, "bankchurn", []string{"artifacts", "dataset"}))
	require.False(t, pinsArtifact(published, "nlpinsight", []string{"artifacts", "model"}))
}

// The release of a backend has generated artifacts, which can be published over.
func TestLoad_backendArtifact(t *testing.T) {
	p := repository(t, "gke")
	require.NoError(
		t,
		os.WriteFile(
			publishedConfigFile(p),
			[]byte(
				"config:\n  modelferry:releases: {nlpinsight: {backend: finbert, backends: {finbert: {artifacts: {model: {size: 1MB}}}}}}\n",
			),
			0o644,
		),
	)
	r, err := Load(p)
	require.NoError(t, err)
	pin := func() config.ResolvedArtifact {
		r, err := Load(p)
		require.NoError(t, err)
		for _, w := range live(t, p, r).Workloads() {
			if w.Name == "nlpinsight" {
				return w.Artifacts[0]
			}
		}
		return config.ResolvedArtifact{}
	}
	var made string
	for _, object := range r.Objects {
		if object.Path == "nlpinsight/model.tar.gz" {
			made = object.File.SHA256
		}
	}
	require.Equal(t, made, pin().SHA256)
	require.NotEmpty(t, made)
	file := testmodel.File{SHA256: "00000000000011111111111122222222222233333333333344444444444455ff", Bytes: 7}
	_, err = SavePublished(p, "nlpinsight", []string{"backends", "finbert", "artifacts", "model"}, "nlpinsight/v2/model.tar.gz", file)
	require.NoError(t, err)
	require.Equal(t, file.SHA256, pin().SHA256)
}

// Otherwise the pod would wait for a driver that does not exist.
func TestLoad_rejectsCSI(t *testing.T) {
	for _, stack := range paths.Stacks {
		p := repository(t, stack)
		require.NoError(
			t,
			os.WriteFile(publishedConfigFile(p), []byte("config:\n  modelferry:releases: {bankchurn: {delivery: csi}}\n"), 0o644),
		)
		_, err := Load(p)
		require.ErrorContains(
			t,
			err,
			"modelferry:releases.bankchurn.delivery: Forbidden: the local cloud has no CSI driver that mounts buckets: set it to fetch",
		)
		require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
	}
}

func TestLoad_invalidConfig(t *testing.T) {
	p := repository(t, "gke")
	require.NoError(t, os.WriteFile(publishedConfigFile(p), []byte("config:\n  modelferry:clutser: {}\n"), 0o644))
	_, err := Load(p)
	require.ErrorContains(t, err, `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`)
	require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
}
