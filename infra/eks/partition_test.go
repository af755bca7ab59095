package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
)

func TestRegionPartition(t *testing.T) {
	for region, want := range map[string]eks.Partition{
		"eu-west-1":     {"aws", "amazonaws.com"},
		"us-east-1":     {"aws", "amazonaws.com"},
		"us-gov-west-1": {"aws-us-gov", "amazonaws.com"},
		"cn-north-1":    {"aws-cn", "amazonaws.com.cn"},
	} {
		require.Equal(t, want, eks.RegionPartition(region), region)
	}
}

func TestReadOnlyPolicy_china(t *testing.T) {
	text, err := eks.ReadOnlyPolicy(nil, "arn:aws-cn:kms:cn-north-1:1:key/k", "cn-north-1")
	require.NoError(t, err)
	require.Contains(t, text, `"kms:ViaService":"s3.cn-north-1.amazonaws.com.cn"`)
}
