package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The allocatable CPU and memory by the clouds' documentation, less what the kernel takes and the DaemonSets request.
func TestNodeCapacity(t *testing.T) {
	for machineType, want := range map[string]nodeCapacity{
		"e2-medium":      {940 - 490, 4096 - 159 - 1024 - 100 - 700, 100},
		"e2-small":       {940 - 490, 2048 - 59 - 512 - 100 - 700, 100},
		"e2-standard-2":  {1930 - 490, 8192 - 230 - 1843 - 100 - 700, 100},
		"e2-standard-4":  {3920 - 490, 16384 - 364 - 2662 - 100 - 700, 100},
		"e2-highcpu-8":   {7910 - 490, 8192 - 230 - 1843 - 100 - 700, 100},
		"n1-standard-4":  {3920 - 490, 15360 - 346 - 2559 - 100 - 700, 100},
		"n2-highmem-16":  {15890 - 490, 131072 - 2357 - 2662 - 6881 - 100 - 700, 100},
		"n2-standard-64": {63770 - 490, 262144 - 4424 - 2662 - 6881 - 2621 - 100 - 700, 100},
	} {
		capacity, ok := gkeNodeCapacity(machineType, false)
		require.True(t, ok, machineType)
		require.Equal(t, want, capacity, machineType)
	}
	for instanceType, want := range map[string]nodeCapacity{
		"t3.small":    {1780, 2048 - 181 - 255 - 11*11 - 100, 8},
		"t3.medium":   {1780, 4096 - 263 - 255 - 11*17 - 100, 14},
		"t3.large":    {1780, 8192 - 427 - 255 - 11*35 - 100, 32},
		"m7i.large":   {1780, 8192 - 427 - 255 - 11*29 - 100, 26},
		"c6g.xlarge":  {3770, 8192 - 427 - 255 - 11*58 - 100, 55},
		"r5.2xlarge":  {7760, 65536 - 2721 - 255 - 11*58 - 100, 55},
		"g4dn.xlarge": {3770, 16384 - 755 - 255 - 11*29 - 100, 26},
	} {
		capacity, ok := eksNodeCapacity(instanceType, false)
		require.True(t, ok, instanceType)
		require.Equal(t, want, capacity, instanceType)
		withCSI, _ := eksNodeCapacity(instanceType, true)
		require.Equal(t, nodeCapacity{want.cpu - 10, want.memory - 40, want.pods - 1}, withCSI)
	}
	for _, unknown := range []string{"", "medium", "e2-standard-x", "m5.medium", "p5.48xlarge", "e2-custom-2-4096"} {
		_, onGKE := gkeNodeCapacity(unknown, false)
		_, onEKS := eksNodeCapacity(unknown, false)
		require.False(t, onGKE || onEKS, unknown)
	}
}

// What nodes have reported (kubectl get node), in MiB: the estimates are within 1% on GKE, within 2% on EKS.
// https://github.com/2i2c-org/infrastructure/tree/9ad7cd0fc/src/deployer/dev/commands/generate/resource_allocation
// https://github.com/DataDog/helm-charts/issues/409 (e2-medium)
// https://github.com/aws/karpenter-provider-aws/blob/33450d8/pkg/providers/instancetype/zz_generated.memory_overhead.go
func TestNodeCapacity_reportedMemory(t *testing.T) {
	for machineType, allocatable := range map[string]float64{
		"e2-medium": 2818, "n1-standard-2": 5612, "n1-standard-8": 26508, "n1-standard-64": 229834, "n2-highmem-2": 13283,
		"n2-highmem-4": 28402, "n2-highmem-8": 58644, "n2-highmem-16": 119345, "n2-highmem-32": 245841,
	} {
		capacity, ok := gkeNodeCapacity(machineType, false)
		require.True(t, ok, machineType)
		require.InEpsilon(t, allocatable, capacity.memory+gkeDaemonMemory, 0.01, machineType)
	}
	for instanceType, allocatable := range map[string]float64{
		"m5.large": 7008, "m5.xlarge": 14631, "r5.xlarge": 30634, "r5.2xlarge": 62506, "r7i.xlarge": 30563,
		"g4dn.xlarge": 15023, "g4dn.2xlarge": 30952,
	} {
		capacity, ok := eksNodeCapacity(instanceType, false)
		require.True(t, ok, instanceType)
		require.InEpsilon(t, allocatable, capacity.memory, 0.02, instanceType)
	}
	for _, measured := range []struct {
		instanceType   string
		memory, kernel int64
	}{
		{"t3.medium", 4096, 253}, {"t4g.medium", 4096, 256}, {"c6i.large", 4096, 273}, {"t3.large", 8192, 365},
		{"m6i.large", 8192, 405}, {"m7g.large", 8192, 420}, {"c7g.xlarge", 8192, 420}, {"m7i.xlarge", 16384, 688},
		{"g5.xlarge", 16384, 590}, {"t3a.2xlarge", 32768, 953}, {"m6a.2xlarge", 32768, 1375}, {"r6a.2xlarge", 65536, 2607},
	} {
		require.InEpsilon(t, measured.memory-measured.kernel, measured.memory-eksKernelMemory(measured.memory), 0.02, measured.instanceType)
	}
}
