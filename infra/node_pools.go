package infra

import (
	"cmp"

	"github.com/modelferry/modelferry/config"
)

// NodePool is a group of equal nodes: a node pool of GKE, a node group of EKS.
type NodePool struct {
	// Name of the pool.
	Name string
	// MachineType of its nodes.
	MachineType string
	// DiskGiB is the size of a node's disk.
	DiskGiB int
	// Min and Max number of nodes, in all zones together.
	Min, Max int
	// Labels of the nodes.
	Labels map[string]string
	// Taint of the nodes, nil for none.
	Taint *Taint
	// GPU reports whether each node has one.
	GPU bool
}

// Taint is a node taint with the effect NoSchedule.
type Taint struct{ Key, Value string }

// NodePools returns the node pools of a new cluster: one for system pods, which has to be the first because DNS runs
// on it, one for the services, and one with GPUs unless gpu is nil.
func NodePools(cluster string, spec config.ClusterSpec, gpu *config.GPU) []NodePool {
	serviceLabels := map[string]string{config.ServiceTaintKey: config.ServiceTaintValue}
	pools := []NodePool{
		{
			Name: cluster + "-system", MachineType: cmp.Or(spec.System.MachineType, spec.MachineType), DiskGiB: spec.DiskGiB,
			Min: spec.System.Min, Max: spec.System.Max,
			Labels: map[string]string{config.ServiceTaintKey: "system"},
		},
		{
			Name: cluster, MachineType: spec.MachineType, DiskGiB: spec.DiskGiB,
			Min: spec.Nodes.Min, Max: spec.Nodes.Max,
			Labels: serviceLabels, Taint: &Taint{config.ServiceTaintKey, config.ServiceTaintValue},
		},
	}
	if gpu != nil {
		pools = append(pools, NodePool{
			Name: cluster + "-gpu", MachineType: gpu.MachineType, DiskGiB: spec.DiskGiB, Min: gpu.Min, Max: gpu.Max,
			Labels: serviceLabels, Taint: &Taint{config.GPUResourceName, "present"}, GPU: true,
		})
	}
	return pools
}
