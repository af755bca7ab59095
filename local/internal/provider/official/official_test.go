package official_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	pulumigcp "github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/plugins"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
	"github.com/modelferry/modelferry/local/internal/provider/official"
	"github.com/modelferry/modelferry/local/internal/repotest"
)

// officialPlugin is the name by which the test executable is an official plugin.
const officialPlugin = "official-gcp"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == officialPlugin {
		err := provider.Main(os.Args[1:], func(*provider.HostClient) (plugin.Provider, error) {
			return officialGCP{provider.New(gcp.Package(), nil)}, nil
		})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	handled, err := plugins.Run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if handled {
		return
	}
	os.Exit(m.Run())
}

// officialGCP behaves as the official plugin does without an account: what needs one fails.
type officialGCP struct{ plugin.Provider }

func (p officialGCP) Configure(ctx context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	config := provider.ToPlain(req.Inputs)
	if config["accessToken"] != "placeholder" || config["credentials"] != nil {
		return plugin.ConfigureResponse{}, errors.New("credentials are looked for")
	}
	if os.Getenv("PULUMI_GCP_SKIP_REGION_VALIDATION") != "true" {
		return plugin.ConfigureResponse{}, errors.New("regions are listed")
	}
	if os.Getenv("GOOGLE_CREDENTIALS") != "" {
		return plugin.ConfigureResponse{}, errors.New("real credentials")
	}
	return p.Provider.Configure(ctx, req)
}

func (officialGCP) Invoke(context.Context, plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	return plugin.InvokeResponse{}, errors.New("401 Unauthorized")
}

func (p officialGCP) Check(ctx context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	response, err := p.Provider.Check(ctx, req)
	if req.News["location"].DeepEquals(resource.NewStringProperty("MARS")) {
		response.Failures = append(response.Failures, plugin.CheckFailure{Property: "location", Reason: "says the official validator"})
	}
	return response, err
}

func (p officialGCP) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	if req.Properties["location"].DeepEquals(resource.NewStringProperty("VENUS")) {
		return plugin.CreateResponse{}, errors.New("says the official planner")
	}
	return p.Provider.Create(ctx, req)
}

// newLayout returns a repository with an empty stack.
func newLayout(t *testing.T) paths.Layout {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		"Pulumi.yaml": "name: modelferry\nruntime: go\n", "Pulumi.gke.yaml": "config: {}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	layout, err := paths.New(root, "gke")
	require.NoError(t, err)
	cli := repotest.Binary("pulumi")
	if cli == "" {
		cli = repotest.Path(t, ".local", "bin", "pulumi")
	}
	require.FileExists(t, cli, "make test builds it")
	require.NoError(t, os.MkdirAll(filepath.Dir(layout.Bin("pulumi")), 0o755))
	require.NoError(t, os.Symlink(cli, layout.Bin("pulumi")))
	return layout
}

func preview(t *testing.T, path, location string) error {
	t.Helper()
	var out bytes.Buffer
	_, err := engine.Preview(t.Context(), engine.Options{
		Layout: newLayout(t), Out: &out, OfficialPlugins: map[string]string{"gcp": path},
		Program: func(ctx *pulumi.Context) error {
			google, err := pulumigcp.NewProvider(ctx, "gcp", &pulumigcp.ProviderArgs{
				Project: pulumi.String("demo-project"), Region: pulumi.String("europe-west4"), Credentials: pulumi.String("/key.json"),
			})
			if err != nil {
				return err
			}
			if _, err := organizations.LookupProject(ctx, &organizations.LookupProjectArgs{}, pulumi.Provider(google)); err != nil {
				return err
			}
			_, err = storage.NewBucket(ctx, "models", &storage.BucketArgs{Location: pulumi.String(location)}, pulumi.Provider(google))
			return err
		},
	})
	t.Log(out.String())
	return err
}

func TestPreview(t *testing.T) {
	t.Setenv("GOOGLE_CREDENTIALS", "/real.json")
	executable, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), officialPlugin)
	require.NoError(t, os.Symlink(executable, path))

	require.NoError(t, preview(t, path, "EU"))
	require.ErrorContains(t, preview(t, path, "MARS"), "says the official validator")
	require.ErrorContains(t, preview(t, path, "VENUS"), "says the official planner")
	for name, unusable := range map[string]string{"no plugin": path + "-missing", "no port": "/bin/true"} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, preview(t, unusable, "EU"), official.Unavailable)
		})
	}
}
