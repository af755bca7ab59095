package newstack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
)

// repositoryOptions are the options of the repository's stacks.
var repositoryOptions = map[string]Options{
	"gke": {
		Stack: "gke", Cloud: config.GKE, Project: "modelferry-demo", Region: "europe-west1", Owner: "ml-platform",
		CostCentre: "ml-serving", AuthorizedNetworks: []string{"203.0.113.0/24"},
	},
	"eks": {
		Stack: "eks", Cloud: config.EKS, Account: "123456789012", Region: "eu-west-1", Owner: "ml-platform",
		CostCentre: "ml-serving", AuthorizedNetworks: []string{"203.0.113.0/24"},
		Admins: []string{"arn:aws:iam::123456789012:role/ml-platform"},
	},
}

// newProject creates a folder with these files of the repository.
func newProject(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, name), content, 0o600))
	}
	return root
}

// The repository's stack files are what Render returns: it does not differ from what the documentation shows.
func TestRender_repositoryStacks(t *testing.T) {
	for stack, other := range map[string]string{"gke": "eks", "eks": "gke"} {
		t.Run(stack, func(t *testing.T) {
			content, err := Render(newProject(t, "Pulumi.yaml", "Pulumi."+other+".yaml"), repositoryOptions[stack])
			require.NoError(t, err)
			want, err := os.ReadFile(filepath.Join("..", "..", "..", "Pulumi."+stack+".yaml"))
			require.NoError(t, err)
			require.Equal(t, string(want), string(content))
		})
	}
}

// load returns the config of a rendered stack.
func load(t *testing.T, root string, o Options) config.Config {
	t.Helper()
	content, err := Render(root, o)
	require.NoError(t, err)
	source, err := stackfile.Parse(root, o.Stack, content)
	require.NoError(t, err)
	c, err := source.Load()
	require.NoError(t, err)
	return c
}

// No service is deployed before it is published.
func TestRender_releases(t *testing.T) {
	for stack, o := range repositoryOptions {
		c := load(t, newProject(t, "Pulumi.yaml"), o)
		require.Equal(t, c.ServiceNames(), c.Unpublished(), stack)
		require.Contains(t, c.Fetcher.Image, "/"+c.Registry.Name+"/fetcher@", "the registry that the stack creates")
		nlpinsight := c.Releases["nlpinsight"]
		require.Equal(t, "tfidf", nlpinsight.Backend)
		require.Equal(t, config.ArtifactRelease{Path: "nlpinsight/train.csv", SHA256: config.PlaceholderDigest, Size: "1MB"},
			nlpinsight.Artifacts["dataset"])
		require.Equal(t, "nlpinsight/finbert", nlpinsight.Backends["finbert"].Artifacts["model"].Path)
	}
}

func TestRender_options(t *testing.T) {
	root := newProject(t, "Pulumi.yaml")
	o := repositoryOptions["gke"]
	o.Owner, o.CostCentre = "123", ""
	o.AuthorizedNetworks = []string{"203.0.113.0/24", "198.51.100.7/32"}
	c := load(t, root, o)
	require.Equal(t, "123", c.Owner, "a string in the file")
	require.Empty(t, c.CostCentre)
	require.Equal(t, o.AuthorizedNetworks, c.Cluster.Create.AuthorizedNetworks)
	require.Equal(t, "europe-west1-docker.pkg.dev/modelferry-demo/modelferry/fetcher@sha256:"+config.PlaceholderDigest, c.Fetcher.Image)

	o = repositoryOptions["eks"]
	o.Region, o.ExistingCluster, o.AuthorizedNetworks, o.Admins = "cn-north-1", "main", nil, nil
	c = load(t, root, o)
	require.Equal(t, "main", c.Cluster.Existing)
	require.Nil(t, c.Cluster.Create)
	require.Contains(t, c.Releases["bankchurn"].Image, "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/modelferry/bankchurn@")
}

// Every error is reported at once, also those that config.Load finds.
func TestRender_invalid(t *testing.T) {
	root := newProject(t, "Pulumi.yaml")
	change := func(stack string, change func(o *Options)) Options {
		o := repositoryOptions[stack]
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		options Options
		want    []string
	}{
		"nothing": {Options{}, []string{"--cloud", "--stack"}},
		"only the cloud": {Options{Stack: "gke", Cloud: config.GKE},
			[]string{"gcp:project", "gcp:region", "modelferry:cluster.create.authorizedNetworks"}},
		"only the other cloud": {Options{Stack: "eks", Cloud: config.EKS},
			[]string{"--account", "aws:region", "modelferry:cluster.create.admins", "modelferry:cluster.create.authorizedNetworks"}},
		"stack": {change("gke", func(o *Options) { o.Stack = "../gke" }), []string{"--stack"}},
		"stack whose buckets have invalid names": {change("gke", func(o *Options) { o.Stack = "Prod" }),
			[]string{"modelferry:buckets.accessLogs", "modelferry:buckets.datasets", "modelferry:buckets.models"}},
		"values of the other cloud": {change("gke", func(o *Options) { o.Account = "1"; o.Admins = []string{"a"} }),
			[]string{"--account", "--admin"}},
		"settings of an existing cluster": {change("eks", func(o *Options) { o.ExistingCluster = "main" }),
			[]string{"--admin", "--authorized-network"}},
		"network": {change("gke", func(o *Options) { o.AuthorizedNetworks = []string{"203.0.113.7"}; o.Owner = "a b" }),
			[]string{"modelferry:cluster.create.authorizedNetworks[0]", "modelferry:owner"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Render(root, c.options)
			var invalid *config.ValidationError
			require.ErrorAs(t, err, &invalid)
			var fields []string
			for _, err := range invalid.Errors {
				fields = append(fields, err.Field)
			}
			require.Equal(t, c.want, fields, "%v", err)
		})
	}
}

func TestWrite_neverOverwrites(t *testing.T) {
	root := newProject(t, "Pulumi.gke.yaml")
	before, err := os.ReadFile(filepath.Join(root, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	_, err = Write(root, "gke", []byte("config: {}\n"))
	require.ErrorIs(t, err, fs.ErrExist)
	path, err := Write(root, "prod", []byte("config: {}\n"))
	require.NoError(t, err)
	after, err := os.ReadFile(filepath.Join(root, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	require.Equal(t, before, after)
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "config: {}\n", string(written))
	files, err := os.ReadDir(root)
	require.NoError(t, err)
	require.Len(t, files, 2, "no temporary file stays")
}

func TestNextSteps(t *testing.T) {
	steps := NextSteps(repositoryOptions["eks"])
	require.Equal(t, 5, strings.Count(steps, "  # "))
	require.Contains(t, steps, "make image REGISTRY=123456789012.dkr.ecr.eu-west-1.amazonaws.com/modelferry ")
}
