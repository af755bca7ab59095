package aws_test

import (
	"context"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// checkFailures returns the failures of a resource's properties, without those of missing ones.
func checkFailures(t *testing.T, typ tokens.Type, properties map[string]any) []string {
	t.Helper()
	checked, err := provider.New(aws.Package(), nil).Check(context.Background(), plugin.CheckRequest{
		URN: resource.NewURN("eks", "modelferry", "", typ, "main"), Type: typ, News: resource.NewPropertyMapFromMap(properties),
		RandomSeed: make([]byte, 32),
	})
	require.NoError(t, err)
	var reasons []string
	for _, failure := range checked.Failures {
		reasons = append(reasons, failure.Reason)
	}
	return reasons
}

// The config accepts the upgrade policies that the pinned provider accepts, and no others.
func TestEnums_upgradePolicies(t *testing.T) {
	check := func(supportType string) []string {
		return checkFailures(t, aws.ClusterType, map[string]any{
			"roleArn": "arn:aws:iam::123456789012:role/main", "vpcConfig": map[string]any{"subnetIds": []any{"subnet-0a"}},
			"upgradePolicy": map[string]any{"supportType": supportType},
		})
	}
	require.NotEmpty(t, config.UpgradePolicies())
	for _, policy := range config.UpgradePolicies() {
		require.Empty(t, check(policy), policy)
	}
	require.Equal(t, []string{
		`aws:eks/cluster:Cluster: expected upgradePolicy.supportType to be one of ["STANDARD" "EXTENDED"], got STANDART`,
	}, check("STANDART"))
}

// The config accepts the retention times that the pinned provider accepts, and no others.
func TestEnums_logRetentionDays(t *testing.T) {
	check := func(days int) []string {
		return checkFailures(t, aws.LogGroupType, map[string]any{"retentionInDays": float64(days)})
	}
	for days := range 4000 {
		require.Equal(t, slices.Contains(config.LogRetentionDays(), days), len(check(days)) == 0, days)
	}
}

// The provider accepts the AMI type of every node pool.
func TestEnums_amiTypes(t *testing.T) {
	check := func(amiType string) []string {
		return checkFailures(t, "aws:eks/nodeGroup:NodeGroup", map[string]any{
			"clusterName": "main", "nodeRoleArn": "arn:aws:iam::123456789012:role/main", "subnetIds": []any{"subnet-0a"},
			"scalingConfig": map[string]any{"minSize": 1, "desiredSize": 1, "maxSize": 1}, "amiType": amiType,
		})
	}
	for _, pool := range []infra.NodePool{
		{MachineType: "t3.medium"}, {MachineType: "m7g.large"}, {MachineType: "g4dn.xlarge", GPU: true}, {MachineType: "g5g.xlarge", GPU: true},
	} {
		require.Empty(t, check(eks.AMIType(pool)), pool.MachineType)
	}
	require.Len(t, check("AL2023"), 1)
}

// A path applies to each element of a list.
func TestEnums_inLists(t *testing.T) {
	failures := checkFailures(t, aws.ClusterType, map[string]any{
		"roleArn": "arn:aws:iam::123456789012:role/main", "vpcConfig": map[string]any{"subnetIds": []any{"subnet-0a"}},
		"enabledClusterLogTypes": []any{"api", "audits"},
	})
	require.Len(t, failures, 1)
	require.Contains(t, failures[0], "got audits")
}
