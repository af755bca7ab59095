package config

// How services and nodes find each other.
const (
	// ServiceTaint keeps other pods off the services' nodes; the label of the
	// same name and value draws the services there.
	ServiceTaint      = "workload-type"
	ServiceTaintValue = "ml-services"
	// GPUResource is what a pod asks for, and the taint of nodes that have it.
	GPUResource = "nvidia.com/gpu"
)

// GPU is the stack's nodes with GPUs. Services that ask for none never see them.
type GPU struct {
	// Whether services and backends that ask for GPUs get them. Otherwise they run on CPUs.
	Enabled bool `json:"enabled"`
	// Machine type of the nodes with GPUs, such as n1-standard-4 or g4dn.xlarge, on a cluster that is created.
	MachineType string `json:"machineType"`
	// Accelerator of each node, such as nvidia-tesla-t4 (GKE).
	Accelerator string `json:"accelerator"`
	// Least number of nodes with GPUs; at 0 they are paid for while they are used only.
	Min int `json:"min" default:"0"`
	// Greatest number of nodes with GPUs.
	Max int `json:"max" default:"1"`
}

func (g GPU) check(f *Faults, c Config) {
	if g.Min < 0 || g.Max < 1 || g.Max < g.Min {
		f.add("gpu", "min %d and max %d do not fit: 0 <= min <= max, max >= 1", g.Min, g.Max)
	}
	if !g.Enabled || c.Cluster.Create == nil {
		return
	}
	f.required("gpu.machineType", g.MachineType)
	if c.Cloud == GKE {
		f.required("gpu.accelerator", g.Accelerator)
	}
}

// GPUs returns the stack's nodes with GPUs: enabled only when a service that
// is live asks for one.
func (c Config) GPUs() GPU {
	nodes := c.GPU
	nodes.Enabled = false
	for _, w := range c.Workloads() {
		nodes.Enabled = nodes.Enabled || c.GPU.Enabled && w.GPU > 0
	}
	return nodes
}
