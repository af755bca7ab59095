package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// What the generator draws is what other tests' properties hold of: it has no
// fault, and says of both clouds' stacks the same services.
func TestGeneratedStacksHaveNoFault(t *testing.T) {
	var live, existing int
	rapid.Check(t, func(t *rapid.T) {
		var names [][]string
		for stack, settings := range configtest.Stacks().Draw(t, "stacks") {
			c, err := config.Load(settings, settings.Keys())
			require.NoError(t, err)
			require.Equal(t, config.Cloud(stack), c.Cloud)
			live += len(c.Workloads())
			if c.Cluster.Existing != "" {
				existing++
			}
			names = append(names, c.ServiceNames())
		}
		require.Equal(t, names[0], names[1])
	})
	require.NotZero(t, live, "nothing was live")
	require.NotZero(t, existing, "no cluster was there before")
}
