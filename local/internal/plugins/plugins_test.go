package plugins

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

func TestRun_everyCloud(t *testing.T) {
	t.Setenv(paths.StackDirEnv, "")
	for _, cloud := range clouds.All {
		t.Run(string(cloud.Name), func(t *testing.T) {
			plugins, ok := pluginsByCloud[cloud.Name]
			require.True(t, ok)
			require.Equal(t, cloud.Provider, plugins.provider().Name)
			handled, err := Run([]string{"/bin/" + cloud.ExecPlugin})
			require.True(t, handled)
			require.ErrorContains(t, err, paths.StackDirEnv)
		})
	}
}

func TestRun_ferry(t *testing.T) {
	handled, err := Run([]string{"/bin/ferry", "up"})
	require.NoError(t, err)
	require.False(t, handled)
}

func TestReleaserVariables(t *testing.T) {
	for stack, want := range map[string][]string{
		"gke": {"GOOGLE_APPLICATION_CREDENTIALS"},
		"eks": {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL_S3"},
	} {
		t.Run(stack, func(t *testing.T) {
			layout, err := paths.New(t.TempDir(), stack)
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(layout.Secret("store.json")), 0o700))
			require.NoError(t, os.WriteFile(layout.Secret("store.json"), []byte(`{"accessKey": "root", "secretKey": "s"}`), 0o600))
			info := nodeinfo.Info{StoreURL: "http://10.0.0.1:9000", Region: "eu-west-1"}
			variables, err := ReleaserVariables(layout, info)
			require.NoError(t, err)
			var names []string
			for _, variable := range variables {
				names = append(names, variable[0])
				require.NotEqual(t, "root", variable[1], "the account with all permissions")
			}
			require.Equal(t, want, names)
		})
	}
}

func TestOfficial(t *testing.T) {
	home := t.TempDir()
	_, err := Official(home, config.GKE)
	require.ErrorContains(t, err, "make plugins")
	path := filepath.Join(home, "plugins", "resource-gcp-v"+gcp.Version, "pulumi-resource-gcp")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, nil, 0o755))
	found, err := Official(home, config.GKE)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"gcp": path}, found)
}
