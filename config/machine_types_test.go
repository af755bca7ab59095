package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The allocatable CPU and memory of the clouds' documentation, less the DaemonSets.
func TestNodeCapacity(t *testing.T) {
	for machineType, want := range map[string]nodeCapacity{
		"e2-medium":      {940 - 490, 4096 - 1024 - 100 - 700, 100},
		"e2-small":       {940 - 490, 2048 - 512 - 100 - 700, 100},
		"e2-standard-2":  {1930 - 490, 8192 - 1843 - 100 - 700, 100},
		"e2-standard-4":  {3920 - 490, 16384 - 2662 - 100 - 700, 100},
		"e2-highcpu-8":   {7910 - 490, 8192 - 1843 - 100 - 700, 100},
		"n1-standard-4":  {3920 - 490, 15360 - 2559 - 100 - 700, 100},
		"n2-highmem-16":  {15890 - 490, 131072 - 2662 - 6881 - 100 - 700, 100},
		"n2-standard-64": {63770 - 490, 262144 - 2662 - 6881 - 2621 - 100 - 700, 100},
	} {
		capacity, ok := gkeNodeCapacity(machineType, false)
		require.True(t, ok, machineType)
		require.Equal(t, want, capacity, machineType)
	}
	for instanceType, want := range map[string]nodeCapacity{
		"t3.small":    {1780, 2048 - 255 - 11*11 - 100, 8},
		"t3.medium":   {1780, 4096 - 255 - 11*17 - 100, 14},
		"t3.large":    {1780, 8192 - 255 - 11*35 - 100, 32},
		"m7i.large":   {1780, 8192 - 255 - 11*29 - 100, 26},
		"c6g.xlarge":  {3770, 8192 - 255 - 11*58 - 100, 55},
		"r5.2xlarge":  {7760, 65536 - 255 - 11*58 - 100, 55},
		"g4dn.xlarge": {3770, 16384 - 255 - 11*29 - 100, 26},
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
