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

// newRepository creates a repository that has only this repository's stack files.
func newRepository(t *testing.T, stack string) paths.Layout {
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

// nodeInfo returns the endpoints of a running node.
func nodeInfo(stack string) node.Info {
	info := node.Info{StoreURL: "http://10.0.0.1:9000", HostAddress: "10.0.0.9"}
	if stack == "eks" {
		info.STSURL = "http://10.0.0.1:9443"
	}
	return info
}

// loadWithEndpoints returns the config that the engine gets.
func loadWithEndpoints(t *testing.T, layout paths.Layout, r Stack) config.Config {
	t.Helper()
	file, err := stackfile.Read(layout.Root, layout.Stack, r.WithEndpoints(nodeInfo(layout.Stack), Images{
		Fetcher: "10.0.0.1:5000/fetcher:1", Server: "10.0.0.1:5000/server:1",
	}))
	require.NoError(t, err)
	c, err := file.Load()
	require.NoError(t, err)
	return c
}

func writePublished(t *testing.T, layout paths.Layout, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(publishedConfigFile(layout), []byte(content), 0o644))
}

func TestLoad_localArtifacts(t *testing.T) {
	for _, stack := range paths.Stacks {
		t.Run(stack, func(t *testing.T) {
			p := newRepository(t, stack)
			r, err := Load(p)
			require.NoError(t, err)
			require.Len(t, r.Objects, 6)
			c := loadWithEndpoints(t, p, r)
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
	p := newRepository(t, "gke")
	file := testmodel.File{Name: "/tmp/model.joblib", SHA256: "00000000000011111111111122222222222233333333333344444444444455ff", Bytes: 7}
	path := ObjectPath(config.Service{Prefix: "bankchurn/"}, file)
	require.Equal(t, "bankchurn/000000000000/model.joblib", path)
	configFile, err := SavePublished(p, "bankchurn", []string{"artifacts", "model"}, path, file)
	require.NoError(t, err)

	r, err := Load(p)
	require.NoError(t, err)
	require.Len(t, r.Objects, 5, "no artifact is generated for the published one")
	model := loadWithEndpoints(t, p, r).Workloads()[0].Artifacts[0]
	require.Equal(t, path, model.Path)
	require.Equal(t, file.SHA256, model.SHA256)
	require.Equal(t, int64(7), model.Bytes)

	require.NoError(t, os.Remove(configFile))
	r, err = Load(p)
	require.NoError(t, err)
	require.Equal(t, "bankchurn/model.joblib", loadWithEndpoints(t, p, r).Workloads()[0].Artifacts[0].Path)
}

func TestSavePublished_keepsOtherEntries(t *testing.T) {
	p := newRepository(t, "eks")
	writePublished(t, p, "config: {modelferry:rollout: {deadline: 15s}}")
	_, err := SavePublished(p, "bankchurn", []string{"artifacts", "model"}, "bankchurn/m", testmodel.File{SHA256: "a", Bytes: 1})
	require.NoError(t, err)
	published, err := readPublishedConfig(p)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"deadline": "15s"}, published["modelferry:rollout"])
	require.True(t, pinsArtifact(published, "bankchurn", []string{"artifacts", "model"}))
	require.False(t, pinsArtifact(published, "bankchurn", []string{"artifacts", "dataset"}))
	require.False(t, pinsArtifact(published, "nlpinsight", []string{"artifacts", "model"}))
}

// The node has room for one pod of each service, which is not worth a warning. A user may ask for more.
func TestLoad_singleReplicas(t *testing.T) {
	for _, stack := range paths.Stacks {
		p := newRepository(t, stack)
		for published, want := range map[string]struct{ min, max int }{
			"config: {}": {1, 1},
			"config: {modelferry:services: {bankchurn: {autoscaling: {max: 2}}}}":         {1, 2},
			"config: {modelferry:services: {bankchurn: {autoscaling: {min: 2, max: 3}}}}": {2, 3},
		} {
			writePublished(t, p, published)
			r, err := Load(p)
			require.NoError(t, err)
			c := loadWithEndpoints(t, p, r)
			require.Empty(t, c.Warnings())
			for _, w := range c.Workloads() {
				if w.Name == "bankchurn" {
					require.Equal(t, want.min, w.Autoscaling.Min)
					require.Equal(t, want.max, w.Autoscaling.Max)
					require.Equal(t, 50, w.Autoscaling.CPU, "the other keys stay")
				} else {
					require.Equal(t, 1, w.Autoscaling.Min)
					require.Equal(t, 1, w.Autoscaling.Max)
				}
			}
			// A key of the stack file replaces that of Pulumi.yaml: the engine has to get every service.
			services, ok := r.WithEndpoints(node.Info{}, Images{})["modelferry:services"].(map[string]any)
			require.True(t, ok)
			require.Contains(t, services["bankchurn"], "artifacts")
		}
	}
}

// The artifacts of a backend are generated too, and can be published.
func TestLoad_backendArtifact(t *testing.T) {
	p := newRepository(t, "gke")
	writePublished(t, p, "config: {modelferry:releases: "+
		"{nlpinsight: {backend: finbert, backends: {finbert: {artifacts: {model: {size: 1MB}}}}}}}")
	r, err := Load(p)
	require.NoError(t, err)
	pin := func() config.ResolvedArtifact {
		r, err := Load(p)
		require.NoError(t, err)
		for _, w := range loadWithEndpoints(t, p, r).Workloads() {
			if w.Name == "nlpinsight" {
				return w.Artifacts[0]
			}
		}
		return config.ResolvedArtifact{}
	}
	var generated string
	for _, object := range r.Objects {
		if object.Path == "nlpinsight/model.tar.gz" {
			generated = object.File.SHA256
		}
	}
	require.Equal(t, generated, pin().SHA256)
	require.NotEmpty(t, generated)
	file := testmodel.File{SHA256: "00000000000011111111111122222222222233333333333344444444444455ff", Bytes: 7}
	_, err = SavePublished(p, "nlpinsight", []string{"backends", "finbert", "artifacts", "model"}, "nlpinsight/v2/model.tar.gz", file)
	require.NoError(t, err)
	require.Equal(t, file.SHA256, pin().SHA256)
}

// Without them, the network policies would refuse requests of this machine, and those of the pods to STS.
func TestLoad_networkPolicy(t *testing.T) {
	for _, stack := range paths.Stacks {
		p := newRepository(t, stack)
		for published, want := range map[string][]string{
			"config: {}": {"10.0.0.9/32"},
			"config: {modelferry:networkPolicy: {namespaces: [gateways], sources: [10.9.0.0/24]}}": {"10.0.0.9/32", "10.9.0.0/24"},
		} {
			writePublished(t, p, published)
			r, err := Load(p)
			require.NoError(t, err)
			c := loadWithEndpoints(t, p, r)
			require.Equal(t, want, c.NetworkPolicy.Sources)
			require.Len(t, c.NetworkPolicy.Namespaces, len(want)-1, "the other keys stay")
			require.Equal(t, nodeInfo(stack).STSURL, c.Endpoints.Identity)
		}
	}
}

// A pod with a CSI volume would wait for a driver that does not exist.
func TestLoad_rejectsCSI(t *testing.T) {
	for _, stack := range paths.Stacks {
		p := newRepository(t, stack)
		writePublished(t, p, "config: {modelferry:releases: {bankchurn: {delivery: csi}}}")
		_, err := Load(p)
		require.ErrorContains(t, err, "modelferry:releases.bankchurn.delivery: Forbidden: "+
			"the local cloud has no CSI driver that mounts buckets: set it to fetch")
		require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
	}
}

func TestLoad_invalidConfig(t *testing.T) {
	p := newRepository(t, "gke")
	writePublished(t, p, "config: {modelferry:clutser: {}}")
	_, err := Load(p)
	require.ErrorContains(t, err, `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`)
	require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
}
