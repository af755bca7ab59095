package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
)

func TestClusterAutoscalerPolicy_clusterARN(t *testing.T) {
	for _, arn := range []string{"", "main", "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/x/y"} {
		_, err := eks.ClusterAutoscalerPolicy(arn)
		require.ErrorContains(t, err, "invalid EKS cluster ARN", arn)
	}
	text, err := eks.ClusterAutoscalerPolicy("arn:aws-cn:eks:cn-north-1:123456789012:cluster/main")
	require.NoError(t, err)
	require.Contains(t, text, `"arn:aws-cn:eks:cn-north-1:123456789012:nodegroup/main/*/*"`)
}
