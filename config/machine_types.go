package config

import (
	"regexp"
	"strconv"
)

// nodeCapacity is what one node has for the pods of the services.
type nodeCapacity struct {
	// cpu in millicores and memory in MiB, without what the cloud reserves and what its DaemonSets request.
	cpu, memory int64
	// pods is the number of pods besides those of the DaemonSets.
	pods int64
}

// reservedCPU returns the millicores of a node that the kubelet and the operating system get, the same on both clouds.
// https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes#cpu_reservations
// https://github.com/awslabs/amazon-eks-ami/pull/367
func reservedCPU(cores int64) int64 {
	quarters := 240 * min(cores, 1) // quarter millicores: 6% of the first core
	quarters += 40 * max(min(cores, 2)-1, 0)
	quarters += 20 * max(min(cores, 4)-2, 0)
	quarters += 10 * max(cores-4, 0)
	return quarters / 4
}

// evictionMiB is the memory below which the kubelet evicts pods, on both clouds.
const evictionMiB = 100

// What the DaemonSets of a GKE node with Dataplane V2 request: anetd, fluentbit, gke-metadata-server, pdcsi-node, the
// collector of Managed Prometheus and others. 450m to 490m of CPU were seen. The memory is an estimate: 230Mi of
// fluentbit, 100Mi each of gke-metadata-server and gke-metrics-agent, and the others, whose requests are not published.
// https://github.com/cryptnono/cryptnono/issues/34
// https://github.com/2i2c-org/infrastructure/tree/9ad7cd0fc/src/deployer/dev/commands/generate/resource_allocation
const (
	gkeDaemonCPU    = 490
	gkeDaemonMemory = 700
	gkeMaxPods      = 110
	gkeDaemonPods   = 10
)

// gkeSharedCPU is what GKE reserves on a machine type with shared cores.
// https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes#cpu_reservations
const gkeSharedCPU = 1060

var (
	gkeMachineType = regexp.MustCompile(`^(e2|n1|n2|n2d|n4|t2d|c3|g2)-(standard|highmem|highcpu)-(\d+)$`)
	// gkeSharedMachineTypes have 2 shared cores, by MiB of memory.
	gkeSharedMachineTypes = map[string]int64{"e2-small": 2 << 10, "e2-medium": 4 << 10}
	// gkeMemoryPerCore is in MiB.
	gkeMemoryPerCore = map[string]int64{"standard": 4 << 10, "highmem": 8 << 10, "highcpu": 1 << 10}
	// gkeOddMemoryPerCore are the families with other sizes.
	gkeOddMemoryPerCore = map[string]int64{
		"n1-standard": 3840, "n1-highmem": 6656, "n1-highcpu": 921, "c3-highcpu": 2 << 10, "n4-highcpu": 2 << 10,
	}
)

// gkeNodeCapacity returns the capacity of a node on GKE. ok is false for a machine type that it does not know.
func gkeNodeCapacity(machineType string, _ bool) (capacity nodeCapacity, ok bool) {
	cores, reserved := int64(2), int64(gkeSharedCPU)
	memory, shared := gkeSharedMachineTypes[machineType]
	if !shared {
		match := gkeMachineType.FindStringSubmatch(machineType)
		if match == nil {
			return nodeCapacity{}, false
		}
		cores, _ = strconv.ParseInt(match[3], 10, 32) // the pattern has digits only
		perCore, odd := gkeOddMemoryPerCore[match[1]+"-"+match[2]]
		if !odd {
			perCore = gkeMemoryPerCore[match[2]]
		}
		memory, reserved = cores*perCore, reservedCPU(cores)
	}
	return nodeCapacity{
		cpu:    cores*1000 - reserved - gkeDaemonCPU,
		memory: memory - gkeKernelMemory(memory) - gkeReservedMemory(memory) - evictionMiB - gkeDaemonMemory,
		pods:   gkeMaxPods - gkeDaemonPods,
	}, true
}

// gkeKernelMemory returns the MiB of a machine's memory that its node does not report, because the kernel of
// Container-Optimized OS takes them. GKE's cluster autoscaler uses the same formula.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/gce/gce_reserved.go
func gkeKernelMemory(memory int64) int64 {
	const gib = 1 << 10
	kernel := memory/64 + 16
	if memory > 3*gib {
		kernel += 64 // buffers for devices with 32-bit addresses
	}
	if memory <= 8*gib {
		kernel += 8
	}
	return kernel + min(memory*175/100_000, 248)
}

// gkeReservedMemory returns the MiB that GKE reserves of a machine's memory.
// https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes#memory_reservations
func gkeReservedMemory(memory int64) int64 {
	const gib = 1 << 10
	var reserved int64
	for _, step := range []struct{ from, to, percent int64 }{
		{0, 4, 25}, {4, 8, 20}, {8, 16, 10}, {16, 128, 6}, {128, 1 << 20, 2},
	} {
		reserved += max(min(memory, step.to*gib)-step.from*gib, 0) * step.percent / 100
	}
	return reserved
}

// What the DaemonSets of an EKS node request: aws-node with its network policy agent 50m, kube-proxy 100m. The agent of
// EKS Pod Identity requests nothing. The CSI driver for S3 has one pod more, and its Mountpoint pods (mountpointPods).
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/charts/aws-mountpoint-s3-csi-driver/values.yaml
const (
	eksDaemonCPU       = 150
	eksDaemonPods      = 3
	eksCSIDaemonPods   = 1
	eksCSIDaemonCPU    = 10
	eksCSIDaemonMemory = 40
)

var eksInstanceType = regexp.MustCompile(
	`^(t3a?|t4g|[mcr](?:5a?|6[agi]|7[agi])|g4dn|g5|g6)\.(small|medium|large|xlarge|2xlarge)$`)

// eksSizes are the cores and the maximum of pods by size: the instance's network interfaces, times their addresses less
// one, and two pods of the host's network.
// https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/instance-info.jsonl
var eksSizes = map[string]struct{ cores, pods int64 }{
	"small": {2, 11}, "medium": {2, 17}, "large": {2, 29}, "xlarge": {4, 58}, "2xlarge": {8, 58},
}

// eksBurstableMemory is the memory in MiB of the instance types with burstable performance.
var eksBurstableMemory = map[string]int64{"small": 2 << 10, "medium": 4 << 10, "large": 8 << 10, "xlarge": 16 << 10, "2xlarge": 32 << 10}

// eksMemoryPerCore is in MiB, by the first letter of an instance type.
var eksMemoryPerCore = map[byte]int64{'m': 4 << 10, 'c': 2 << 10, 'r': 8 << 10, 'g': 4 << 10}

// eksOddPods is the maximum of pods of the instance types with another number of network interfaces.
var eksOddPods = map[string]int64{
	"t3.large": 35, "t3a.large": 35, "t4g.large": 35, "t3.small": 11, "t3a.small": 8, "t4g.small": 11,
	"g4dn.xlarge": 29, "g4dn.2xlarge": 29,
}

// eksNodeCapacity returns the capacity of a node on EKS. csi is whether the node runs the CSI driver for S3.
func eksNodeCapacity(instanceType string, csi bool) (capacity nodeCapacity, ok bool) {
	match := eksInstanceType.FindStringSubmatch(instanceType)
	if match == nil {
		return nodeCapacity{}, false
	}
	size, burstable := eksSizes[match[2]], match[1][0] == 't'
	memory := eksBurstableMemory[match[2]]
	if !burstable {
		if match[2] == "small" || match[2] == "medium" {
			return nodeCapacity{}, false
		}
		memory = size.cores * eksMemoryPerCore[match[1][0]]
	}
	pods := size.pods
	if odd, ok := eksOddPods[instanceType]; ok {
		pods = odd
	}
	capacity = nodeCapacity{
		cpu: size.cores*1000 - reservedCPU(size.cores) - eksDaemonCPU,
		// https://github.com/awslabs/amazon-eks-ami/pull/367: 255 MiB, and 11 MiB for each pod that the node may have.
		memory: memory - eksKernelMemory(memory) - 255 - 11*pods - evictionMiB,
		pods:   pods - eksDaemonPods,
	}
	if csi {
		capacity.cpu -= eksCSIDaemonCPU
		capacity.memory -= eksCSIDaemonMemory
		capacity.pods -= eksCSIDaemonPods
	}
	return capacity, true
}

// eksKernelMemory estimates the MiB of a machine's memory that its node does not report, because the hypervisor and the
// kernel take them. It fits what maintainers of Karpenter measured: the capacity of a node differs by up to 2% from
// this estimate, that of t3.small by 3%, that of c5.large by 4%. Karpenter's default of 7.5% is enough for
// all types, so it is too much for most.
// https://github.com/aws/karpenter-provider-aws/blob/33450d8/pkg/providers/instancetype/zz_generated.memory_overhead.go
// https://github.com/aws/karpenter-provider-aws/issues/7929
func eksKernelMemory(memory int64) int64 { return 100 + memory*4/100 }
