//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/engine"
)

// TestUnpublishedRelease releases a service for the first time. Until then the update of the others goes on, and
// afterwards a digest that is lost deletes nothing.
func TestUnpublishedRelease(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		before := c.digests()
		published, ok := c.lastConfig()["modelferry:releases"].(map[string]any)
		require.True(t, ok)
		lost := map[string]any{"modelferry:releases": map[string]any{"bankchurn": map[string]any{
			"artifacts": map[string]any{"model": map[string]any{"sha256": config.PlaceholderDigest}},
		}}}
		_, err := c.engine(lost).Preview(t.Context())
		require.ErrorContains(t, err, "modelferry:releases.bankchurn: Forbidden: ")
		require.ErrorContains(t, err, "the service is deployed and the update would delete it")
		_, err = c.engine(lost).Up(t.Context())
		require.ErrorContains(t, err, "the update would delete it")
		require.Equal(t, before, c.digests(), "the service goes on")

		t.Cleanup(func() {
			if t.Failed() {
				c.stop()
			}
		})
		deleted, err := c.engine(map[string]any{"modelferry:releases": map[string]any{"bankchurn": nil}}).Up(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, changedDeployments(deleted.Steps, apitype.OpDelete))

		unpublished := mergeValues(map[string]any{"modelferry:releases": published}, lost)
		summary, err := c.engine(unpublished).Up(t.Context())
		require.NoError(t, err)
		require.False(t, summary.HasChanges(), "%v", summary.Steps)

		summary, err = c.engine(map[string]any{"modelferry:releases": published}).Up(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, changedDeployments(summary.Steps, apitype.OpCreate))
		for _, step := range summary.Steps {
			require.Equal(t, apitype.OpCreate, step.Op, "%v", step)
			require.True(t, strings.HasPrefix(step.Type, "kubernetes:"), "a release changes nothing of the platform: %v", step)
		}
		require.Equal(t, before, c.digests())
		c.requireNoChanges()
	})
}

// changedDeployments returns how many Deployments an update created or deleted.
func changedDeployments(steps []engine.Step, op apitype.OpType) int {
	count := 0
	for _, step := range steps {
		if step.Type == "kubernetes:apps/v1:Deployment" && step.Op == op {
			count++
		}
	}
	return count
}
