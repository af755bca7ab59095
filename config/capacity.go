package config

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// podRequests are the requests of a pod: CPU in millicores, memory in MiB.
type podRequests struct{ cpu, memory int64 }

// What the sidecar of the Cloud Storage FUSE CSI driver requests: CPU in millicores and memory in MiB, as by default.
// https://github.com/GoogleCloudPlatform/gcs-fuse-csi-driver/blob/main/deploy/base/webhook/deployment.yaml
const (
	GCSFuseSidecarCPU    = 250
	GCSFuseSidecarMemory = 256
)

// podRequests returns the requests of a workload's pods. What is not set counts as 0.
func (c Config) podRequests(w Workload) podRequests {
	server, fetcher := requestsOf(w.Resources), podRequests{}
	if !w.UsesCSI {
		fetcher = requestsOf(c.Fetcher.Resources)
	} else if c.Cloud == GKE {
		server.cpu += GCSFuseSidecarCPU
		server.memory += GCSFuseSidecarMemory
	}
	// An init container runs before the others, so the pod requests the larger.
	return podRequests{max(server.cpu, fetcher.cpu), max(server.memory, fetcher.memory)}
}

// requestsOf returns a container's requests. Without a request Kubernetes takes the limit.
func requestsOf(r ResourceRequirements) podRequests {
	quantity := func(request, limit string) resource.Quantity {
		q, err := resource.ParseQuantity(cmp.Or(request, limit, "0"))
		if err != nil {
			return resource.Quantity{} // valid since Load
		}
		return q
	}
	cpu, memory := quantity(r.Requests.CPU, r.Limits.CPU), quantity(r.Requests.Memory, r.Limits.Memory)
	return podRequests{cpu.MilliValue(), (memory.Value() + 1<<20 - 1) >> 20}
}

const tooSmallNode = "a pod of %s requests %d%s of %s, but a node of %s has about %d%s for it, besides what %s reserves " +
	"and its system pods request: the pod would stay pending, set a larger machine type (docs/operations.md, \"Node capacity\")"

// capacityWarnings calls warn for pods that do not fit on a node, and if the nodes have no room for all replicas. It
// knows the machine types of machine_types.go only.
func (c Config) capacityWarnings(warn func(fldPath *field.Path, format string, args ...any)) {
	if c.Cluster.Create == nil {
		return
	}
	create := Path("cluster", "create")
	var services nodePoolLoad
	for _, w := range c.Workloads() {
		requests, machineType, machineTypePath := c.podRequests(w), c.Cluster.Create.MachineType, create.Child("machineType")
		if c.GPUsFor(w) > 0 { // one pod a node: see gpu.max
			machineType, machineTypePath = c.GPU.MachineType, Path("gpu", "machineType")
		} else {
			services.add(requests, w.Autoscaling.Max)
			services.addMountpointPods(c.mountpointPods(w), min(w.Autoscaling.Max, c.Cluster.Create.Nodes.Max))
		}
		node, known := c.nodeCapacity(machineType)
		if !known {
			continue
		}
		for _, r := range []struct {
			requested, free int64
			unit, resource  string
		}{{requests.cpu, node.cpu, "m", "CPU"}, {requests.memory, node.memory, "Mi", "memory"}} {
			if r.requested > r.free {
				warn(machineTypePath, tooSmallNode, w.Name, r.requested, r.unit, r.resource, machineType, max(r.free, 0), r.unit, c.Cloud)
			}
		}
	}
	if node, known := c.nodeCapacity(c.Cluster.Create.MachineType); known {
		services.warn(warn, create.Child("nodes", "max"), node, c.Cluster.Create.Nodes.Max)
		services.warnFullNode(warn, create.Child("machineType"), node, c.Cluster.Create.MachineType)
	}
}

func (c Config) nodeCapacity(machineType string) (capacity nodeCapacity, known bool) {
	return platforms[c.Cloud].nodeCapacity(machineType, c.NeedsCSIDriver())
}

// nodePoolLoad is what all replicas on a node pool request at their maximum.
type nodePoolLoad struct {
	cpu, memory, pods int64
	// replicas are the requests of each pod of the services.
	replicas []podRequests
	// mountpointPods are those of the CSI driver on all nodes, also counted in pods.
	mountpointPods, mountpointPodsPerNode int64
}

func (l *nodePoolLoad) add(r podRequests, replicas int) {
	l.cpu += r.cpu * int64(replicas)
	l.memory += r.memory * int64(replicas)
	l.pods += int64(replicas)
	l.replicas = append(l.replicas, slices.Repeat([]podRequests{r}, replicas)...)
}

// addMountpointPods adds the Mountpoint pods of a service whose pods run on this number of nodes.
func (l *nodePoolLoad) addMountpointPods(perNode, nodes int) {
	l.pods += int64(perNode * nodes)
	l.mountpointPods += int64(perNode * nodes)
	l.mountpointPodsPerNode += int64(perNode)
}

// warn calls warn if the nodes have less than the load.
func (l *nodePoolLoad) warn(
	warn func(fldPath *field.Path, format string, args ...any), fldPath *field.Path, node nodeCapacity, nodes int,
) {
	mountpointPods := ""
	if l.mountpointPods > 0 {
		mountpointPods = fmt.Sprintf(" (with %d Mountpoint pods)", l.mountpointPods)
	}
	for _, r := range []struct {
		load, free         int64
		format, loadDetail string
	}{{l.cpu, node.cpu, "%dm of CPU", ""}, {l.memory, node.memory, "%dMi of memory", ""}, {l.pods, node.pods, "%d pods", mountpointPods}} {
		if free := max(r.free, 0) * int64(nodes); r.load > free {
			warn(fldPath, "at the maximum of autoscaling the services need %s, but %d nodes have about %s for them: "+
				"pods would stay pending, raise it (docs/operations.md, \"Node capacity\")",
				fmt.Sprintf(r.format, r.load)+r.loadDetail, nodes, fmt.Sprintf(r.format, free))
		}
	}
}
