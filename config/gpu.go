package config

import (
	"cmp"
	"fmt"
	"strings"
)

// How services and nodes find each other.
const (
	// ServiceTaintKey keeps other pods off the services' nodes; the label of the
	// same name and value draws the services there.
	ServiceTaintKey   = "workload-type"
	ServiceTaintValue = "ml-services"
	// GPUResourceName is what a pod asks for, and the taint of nodes that have it.
	GPUResourceName = "nvidia.com/gpu"
)

// GPU is the stack's nodes with GPUs. Services that ask for none never see them.
type GPU struct {
	// Whether services and backends that ask for GPUs get them. Otherwise they run on CPUs.
	Enabled *bool `json:"enabled" default:"true"`
	// Machine type of the nodes with GPUs, on a cluster that is created. Default: n1-standard-4 on GKE, g4dn.xlarge on EKS.
	MachineType string `json:"machineType"`
	// Accelerator of each node (GKE; on EKS the machine type has it). Default: nvidia-tesla-t4.
	Accelerator string `json:"accelerator"`
	// Zones that have the accelerator, where not every zone of the cluster does (GKE). Default: the cluster's.
	Zones []string `json:"zones"`
	// Least number of nodes with GPUs; at 0 they are paid for while they are used only.
	Min int `json:"min" default:"0"`
	// Greatest number of nodes with GPUs. An update needs one more than runs.
	Max int `json:"max" default:"2"`
}

func (g GPU) check(f *Faults, c Config) {
	if g.Min < 0 || g.Max < 1 || g.Max < g.Min {
		f.add("gpu", "min %d and max %d do not fit: 0 <= min <= max, max >= 1", g.Min, g.Max)
	}
	f.only(GKE, c.Cloud, "gpu.accelerator", g.Accelerator != "")
	f.only(GKE, c.Cloud, "gpu.zones", len(g.Zones) > 0)
	for k, zone := range g.Zones {
		if c.Cloud == GKE && !strings.HasPrefix(zone, c.GCP.Region+"-") {
			f.add(fmt.Sprintf("gpu.zones[%d]", k), "%q is no zone of %s, such as %s-b", zone, c.GCP.Region, c.GCP.Region)
		}
	}
}

// withDefaults fills in what each cloud has everywhere, one NVIDIA T4 a node.
func (g GPU) withDefaults(cloud Cloud) GPU {
	g.MachineType = cmp.Or(g.MachineType, map[Cloud]string{GKE: "n1-standard-4", EKS: "g4dn.xlarge"}[cloud])
	if cloud == GKE {
		g.Accelerator = cmp.Or(g.Accelerator, "nvidia-tesla-t4")
	}
	return g
}

// GPUsFor returns how many GPUs each pod of a workload has on this stack.
func (c Config) GPUsFor(w Workload) int {
	if !*c.GPU.Enabled {
		return 0
	}
	return w.GPU
}

// GPUNodePool returns the stack's nodes with GPUNodePool, nil where no service that is live
// asks for one.
func (c Config) GPUNodePool() *GPU {
	for _, w := range c.Workloads() {
		if c.GPUsFor(w) > 0 {
			nodes := c.GPU
			return &nodes
		}
	}
	return nil
}
