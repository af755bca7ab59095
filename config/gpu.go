package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// Labels, taints and resources that assign pods to nodes.
const (
	// ServiceTaintKey is the key of the taint that keeps other pods off the services' nodes, and of the label that
	// selects these nodes.
	ServiceTaintKey   = "workload-type"
	ServiceTaintValue = "ml-services"
	// GPUResourceName is the resource that a pod requests, and the key of the taint on nodes with GPUs.
	GPUResourceName = "nvidia.com/gpu"
)

// GPU is the stack's node pool with GPUs. It exists only while a release requests a GPU.
type GPU struct {
	// Whether services and backends that request a GPU get one. Otherwise they run on CPUs.
	Enabled *bool `json:"enabled" default:"true"`
	// Machine type of the nodes with GPUs, on a cluster that the stack creates. Default: n1-standard-4 on GKE,
	// g4dn.xlarge on EKS.
	MachineType string `json:"machineType"`
	// Accelerator type of each node. On EKS the machine type includes it. Default: nvidia-tesla-t4.
	Accelerator string `json:"accelerator" clouds:"gke"`
	// Zones with the accelerator, if not every zone of the cluster has it. Default: the cluster's zones.
	Zones []string `json:"zones" clouds:"gke"`
	// Minimum number of nodes with GPUs. With 0, the nodes exist, and cost money, only while they are used.
	Min int `json:"min" default:"0"`
	// Maximum number of nodes with GPUs. A rolling update needs one more node than there are pods.
	Max int `json:"max" default:"3"`
}

func (g GPU) validate(fldPath *field.Path, machineType nameFormat) field.ErrorList {
	errs := machineType.validate(fldPath.Child("machineType"), g.MachineType)
	return append(errs, validateMinMax(fldPath, g.Min, g.Max, 0)...)
}

// GPUsFor returns the number of GPUs of each pod of a workload on this stack.
func (c Config) GPUsFor(w Workload) int {
	if !*c.GPU.Enabled {
		return 0
	}
	return w.GPU
}

// GPUNodePool returns the node pool with GPUs, or nil if no released service requests a GPU.
func (c Config) GPUNodePool() *GPU {
	for _, w := range c.Workloads() {
		if c.GPUsFor(w) > 0 {
			pool := c.GPU
			return &pool
		}
	}
	return nil
}
