package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// EKS would create a missing log group without a retention time.
func TestLogGroup_createdBeforeCluster(t *testing.T) {
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.name": "ours"})
	require.Len(t, r.ByType("LogGroup"), 1)
	logs := r.MustGet(t, "LogGroup", "ours")
	require.Equal(t, object{"name": "/aws/eks/ours/cluster", "retentionInDays": 90.}, logs.Inputs)
	require.True(t, r.Dependencies(r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry"))[logs.URN])
	require.True(t, logs.RetainOnDelete, "EKS writes logs after the deletion of the cluster")
	require.False(t, stacktest.Up(t, "eks", map[string]any{"buckets.forceDestroy": true}).
		MustGet(t, "LogGroup", "modelferry").RetainOnDelete)
	require.Empty(t, stacktest.Up(t, "eks", map[string]any{"cluster": object{"existing": "production"}}).ByType("LogGroup"))
}
