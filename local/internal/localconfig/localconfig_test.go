package localconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// servers are the images of the model servers.
var servers = map[string]string{
	"bankchurn": "10.0.0.1:5000/bankchurn:1", "chicagotaxi": "10.0.0.1:5000/chicagotaxi:1", "nlpinsight": "10.0.0.1:5000/nlpinsight:1",
}

// loadWithEndpoints returns the config that the engine gets.
func loadWithEndpoints(t *testing.T, layout paths.Layout, r Stack) config.Config {
	t.Helper()
	file, err := stackfile.Read(layout.Root, layout.Stack, r.WithEndpoints(nodeInfo(layout.Stack), Images{
		Fetcher: "10.0.0.1:5000/fetcher:1", Servers: servers,
	}, 45*time.Second))
	require.NoError(t, err)
	c, err := file.Load()
	require.NoError(t, err)
	return c
}

// load returns the config with fake artifacts.
func load(t *testing.T, layout paths.Layout) Stack {
	t.Helper()
	s, err := Load(layout, nil)
	require.NoError(t, err)
	require.NoError(t, s.AddArtifacts(func(a Artifact) (testmodel.File, error) {
		return testmodel.FakeModel{Path: a.Path, Bytes: a.Bytes}.Save(filepath.Join(layout.LocalDir(), "models"))
	}))
	return s
}

func writeOverrides(t *testing.T, layout paths.Layout, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(overridesFile(layout), []byte(content), 0o644))
}

func TestLoad_localArtifacts(t *testing.T) {
	for _, stack := range paths.Stacks {
		t.Run(stack, func(t *testing.T) {
			p := newRepository(t, stack)
			r := load(t, p)
			require.Len(t, r.Objects, 6)
			c := loadWithEndpoints(t, p, r)
			require.Equal(t, "10.0.0.1:5000/fetcher:1", c.Fetcher.Image)
			require.Equal(t, "http://10.0.0.1:9000", c.Endpoints.Storage)
			pinned := map[string]string{}
			for _, object := range r.Objects {
				pinned[object.Bucket+"/"+object.Path] = object.File.SHA256
			}
			for _, w := range c.Workloads() {
				require.Equal(t, "10.0.0.1:5000/"+w.Name+":1", w.Image)
				for _, artifact := range w.Artifacts {
					require.Equal(t, pinned[artifact.Bucket+"/"+artifact.Path], artifact.SHA256, artifact.Path)
				}
			}
			require.Equal(t, int64(4_100_000), r.Objects[0].File.Bytes)
		})
	}
}

// release writes the engine's stack file, as an update and then modelferry do.
func release(t *testing.T, layout paths.Layout, releases string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(layout.StackFile()), 0o755))
	require.NoError(t, os.WriteFile(layout.StackFile(), []byte("config: {modelferry:releases: "+releases+"}"), 0o644))
}

const releasedDigest = "00000000000011111111111122222222222233333333333344444444444455ff"

// What modelferry has released stays, until the users' file says otherwise. An artifact that was generated is generated
// again.
func TestLoad_releasedArtifact(t *testing.T) {
	p := newRepository(t, "gke")
	const path = "bankchurn/000000000000/model.joblib"
	release(t, p, "{bankchurn: {artifacts: {model: {path: "+path+", sha256: \""+releasedDigest+"\", size: 7B}, "+
		"dataset: {path: bankchurn/v0/Churn.csv, sha256: \""+releasedDigest+"\", size: 7B}}}}")
	r := load(t, p)
	require.Len(t, r.Objects, 5, "no artifact is generated for the released one")
	artifacts := loadWithEndpoints(t, p, r).Workloads()[0].Artifacts
	require.Equal(t, path, artifacts[0].Path)
	require.Equal(t, releasedDigest, artifacts[0].SHA256)
	require.Equal(t, int64(7), artifacts[0].Bytes)
	require.Equal(t, "bankchurn/v1/Churn.csv", artifacts[1].Path)

	writeOverrides(t, p, "config: {modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/other, size: 1kB}}}}}")
	r = load(t, p)
	model := loadWithEndpoints(t, p, r).Workloads()[0].Artifacts[0]
	require.Equal(t, "bankchurn/other", model.Path)
	require.NotEqual(t, releasedDigest, model.SHA256)
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
			writeOverrides(t, p, published)
			r := load(t, p)
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
			services, ok := r.WithEndpoints(node.Info{}, Images{}, time.Minute)["modelferry:services"].(map[string]any)
			require.True(t, ok)
			require.Contains(t, services["bankchurn"], "artifacts")
		}
	}
}

// The artifacts of a backend are generated too, and can be released.
func TestLoad_backendArtifact(t *testing.T) {
	p := newRepository(t, "gke")
	writeOverrides(t, p, "config: {modelferry:releases: "+
		"{nlpinsight: {backend: finbert, backends: {finbert: {artifacts: {model: {size: 1MB}}}}}}}")
	r := load(t, p)
	pin := func() config.ResolvedArtifact {
		r := load(t, p)
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
	release(t, p, "{nlpinsight: {backends: {finbert: {artifacts: {model: "+
		"{path: nlpinsight/000000000000/model.tar.gz, sha256: \""+releasedDigest+"\", size: 7B}}}}}}")
	require.Equal(t, releasedDigest, pin().SHA256)
}

// Without them, the network policies would refuse requests of this machine, and those of the pods to STS.
func TestLoad_networkPolicy(t *testing.T) {
	for _, stack := range paths.Stacks {
		p := newRepository(t, stack)
		for published, want := range map[string][]string{
			"config: {}": {"10.0.0.9/32"},
			"config: {modelferry:networkPolicy: {namespaces: [gateways], sources: [10.9.0.0/24]}}": {"10.0.0.9/32", "10.9.0.0/24"},
		} {
			writeOverrides(t, p, published)
			r := load(t, p)
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
		writeOverrides(t, p, "config: {modelferry:releases: {bankchurn: {delivery: csi}}}")
		_, err := Load(p, nil)
		require.ErrorContains(t, err, "modelferry:releases.bankchurn.delivery: Forbidden: "+
			"the local cloud has no CSI driver that mounts buckets: set it to fetch")
		require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
	}
}

func TestLoad_invalidConfig(t *testing.T) {
	p := newRepository(t, "gke")
	writeOverrides(t, p, "config: {modelferry:clutser: {}}")
	_, err := Load(p, nil)
	require.ErrorContains(t, err, `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`)
	require.NoDirExists(t, filepath.Join(p.LocalDir(), "models"))
}

// The files of real models have other sizes than the config.
func TestStack_AddArtifacts_realFiles(t *testing.T) {
	p := newRepository(t, "gke")
	writeOverrides(t, p, "config: {modelferry:releases: {nlpinsight: {backend: finbert}}}")
	s, err := Load(p, nil)
	require.NoError(t, err)
	var artifacts []Artifact
	require.NoError(t, s.AddArtifacts(func(a Artifact) (testmodel.File, error) {
		artifacts = append(artifacts, a)
		return testmodel.File{Name: a.Path, SHA256: releasedDigest, Bytes: 9_000_001}, nil
	}))
	require.Contains(t, artifacts, Artifact{
		Service: "nlpinsight", Backend: "finbert", Name: "model", Path: "nlpinsight/model.tar.gz", Bytes: 440_000_000,
	})
	for _, w := range loadWithEndpoints(t, p, s).Workloads() {
		for _, artifact := range w.Artifacts {
			want := int64(9_000_001)
			if strings.HasSuffix(artifact.Path, ".tar.gz") {
				want *= 4 // on disk
			}
			require.Equal(t, want, artifact.Bytes, artifact.Path)
			require.Equal(t, releasedDigest, artifact.SHA256)
		}
	}
}
