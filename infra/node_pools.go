package infra

import (
	"cmp"

	"github.com/modelferry/modelferry/config"
)

// NodePool is a group of nodes of one kind, in cloud-neutral terms.
type NodePool struct {
	// Name of the pool; that of the services' is the cluster's.
	Name string
	// MachineType of its nodes, and the size of their disks in GiB.
	MachineType string
	DiskGiB     int
	// Min and Max number of its nodes, over all zones.
	Min, Max int
	// Labels of the nodes, for pods to prefer.
	Labels map[string]string
	// Taint that keeps off pods that don't tolerate it, nil for none.
	Taint *Taint
	// GPU tells that each node has one.
	GPU bool
}

// Taint is a node's, of effect NoSchedule.
type Taint struct{ Key, Value string }

// NodePools returns the pools of a cluster that is made: the system's first, since
// DNS runs on it, then the services', then the one with GPUs, if there is to be one.
func NodePools(cluster string, c config.ClusterSpec, gpu *config.GPU) []NodePool {
	services := map[string]string{config.ServiceTaintKey: config.ServiceTaintValue}
	pools := []NodePool{
		{
			Name: cluster + "-system", MachineType: cmp.Or(c.System.MachineType, c.MachineType), DiskGiB: c.DiskGiB, Min: c.System.Min, Max: c.System.Max,
			Labels: map[string]string{config.ServiceTaintKey: "system"},
		},
		{
			Name: cluster, MachineType: c.MachineType, DiskGiB: c.DiskGiB, Min: c.Nodes.Min, Max: c.Nodes.Max,
			Labels: services, Taint: &Taint{config.ServiceTaintKey, config.ServiceTaintValue},
		},
	}
	if gpu != nil {
		pools = append(pools, NodePool{
			Name: cluster + "-gpu", MachineType: gpu.MachineType, DiskGiB: c.DiskGiB, Min: gpu.Min, Max: gpu.Max,
			Labels: services, Taint: &Taint{config.GPUResourceName, "present"}, GPU: true,
		})
	}
	return pools
}
