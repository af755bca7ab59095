//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
)

// TestRefresh_noChanges refreshes a stack after the autoscaler has added nodes, and an operator has resized a node pool
// by hand. The program ignores both: a refresh and a second up find nothing to do.
func TestRefresh_noChanges(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.resizeNodePools()
		summary, err := c.engine(nil).Refresh(context.Background())
		require.NoError(t, err)
		require.Empty(t, cloudSteps(summary), "a refresh")
		require.Empty(t, cloudSteps(c.preview(nil)), "an up after a refresh")
		printed, _ := c.run("up")
		require.Regexp(t, unchanged, printed)
	})
}

// resizeNodePools sets the initial node count of the node pools, as a resize by hand does on GKE.
// https://github.com/terraform-google-modules/terraform-google-kubernetes-engine/issues/2193
func (c *cloud) resizeNodePools() {
	c.t.Helper()
	require.NoError(c.t, cloudstate.Update(c.Dir(), func(cloud *cloudstate.Cloud) error {
		for _, pool := range cloud.OfType("gcp:container/nodePool:NodePool") {
			pool.Outputs["initialNodeCount"] = 7
			if _, set := pool.Inputs["initialNodeCount"]; set {
				pool.Inputs["initialNodeCount"] = 7
			}
			cloud.Put(pool)
		}
		return nil
	}))
}

// cloudSteps returns the changes of resources of the clouds.
func cloudSteps(summary engine.Summary) []engine.Step {
	var steps []engine.Step
	for _, step := range summary.Steps {
		if strings.HasPrefix(step.Type, "aws:") || strings.HasPrefix(step.Type, "gcp:") {
			steps = append(steps, step)
		}
	}
	return steps
}
