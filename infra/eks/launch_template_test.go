package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra"
	"github.com/modelferry/modelferry/infra/eks"
)

func TestAMIType(t *testing.T) {
	for machine, want := range map[string]string{
		"t3.medium": "AL2023_x86_64_STANDARD", "m7i-flex.large": "AL2023_x86_64_STANDARD", "c6gd.large": "AL2023_ARM_64_STANDARD",
		"t4g.medium": "AL2023_ARM_64_STANDARD", "im4gn.xlarge": "AL2023_ARM_64_STANDARD", "g6.xlarge": "AL2023_x86_64_STANDARD",
	} {
		require.Equal(t, want, eks.AMIType(infra.NodePool{MachineType: machine}), machine)
	}
	for machine, want := range map[string]string{
		"g4dn.xlarge": "BOTTLEROCKET_x86_64_NVIDIA", "g5g.xlarge": "BOTTLEROCKET_ARM_64_NVIDIA",
	} {
		require.Equal(t, want, eks.AMIType(infra.NodePool{MachineType: machine, GPU: true}), machine)
	}
}
