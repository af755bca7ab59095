package config_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// FuzzLoad loads arbitrary bytes as the values of keys.
func FuzzLoad(f *testing.F) {
	for _, stack := range []string{"gke", "eks"} {
		settings, err := configtest.RepositoryStack(stack)
		require.NoError(f, err)
		raw := settings.Raw()
		f.Add(stack, raw["modelferry:cluster"], raw["modelferry:fetcher"], raw["modelferry:services"], raw["modelferry:releases"])
	}
	s := minimalConfig().Raw()
	f.Add("eks", s["modelferry:cluster"], s["modelferry:fetcher"], s["modelferry:services"], s["modelferry:releases"])
	f.Add("", "null", `{"image":null,"timeout":1}`, `{"a":{"a":{}}} {}`, `[{"":""}]`)
	f.Fuzz(func(t *testing.T, cloud, cluster, fetcher, services, releases string) {
		c, err := config.Load(configtest.Settings{
			"modelferry:cloud": cloud, "modelferry:cluster": cluster, "modelferry:fetcher": fetcher,
			"modelferry:services": services, "modelferry:releases": releases,
			"gcp:project": "p", "gcp:region": "r", "aws:region": "r",
		}, nil)
		if err != nil {
			requireValidationError(t, err)
			return
		}
		for _, w := range c.Workloads() {
			require.Positive(t, w.VolumeBytes())
			for _, artifact := range w.Artifacts {
				require.True(t, filepath.IsLocal(artifact.File) && filepath.IsLocal(artifact.ServerPath()), artifact.File)
			}
		}
	})
}
