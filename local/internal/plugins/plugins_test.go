package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/paths"
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
