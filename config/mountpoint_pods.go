package config

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/version"
)

// minS3CSIDriver is the oldest version of the Mountpoint for Amazon S3 CSI driver whose Mountpoint pods outlive the
// pods that read through them, and let the Cluster Autoscaler remove their node.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/CHANGELOG.md#v250
var minS3CSIDriver = version.MustParseGeneric("2.5.0")

// s3CSIDriverWarnings calls warn for a version of the CSI driver that is too old.
func (c Config) s3CSIDriverWarnings(warn func(fldPath *field.Path, format string, args ...any)) {
	if c.Cluster.Create == nil || !c.NeedsCSIDriver() {
		return
	}
	configured := c.Cluster.Create.Addons[AddonS3CSIDriver].Version
	if v, err := version.ParseGeneric(configured); err == nil && v.LessThan(minS3CSIDriver) {
		warn(Path("cluster", "create", "addons", AddonS3CSIDriver, "version"), "before version %s a drained node can lose its "+
			"mounted buckets before its pods stop, and the cluster autoscaler keeps nodes that are not needed: "+
			"set v%[1]s-eksbuild.1 or newer", minS3CSIDriver)
	}
}

// mountpointPods returns the number of pods that the CSI driver for S3 starts on each node with pods of the workload:
// one for each bucket. The workload's pods on a node share them.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/MOUNTPOINT_POD_SHARING.md
func (c Config) mountpointPods(w Workload) int {
	if c.Cloud != EKS || !w.UsesCSI {
		return 0
	}
	var buckets []string
	for _, artifact := range w.Artifacts {
		if !slices.Contains(buckets, artifact.Bucket) {
			buckets = append(buckets, artifact.Bucket)
		}
	}
	return len(buckets)
}

// warnFullNode calls warn if the scheduler can fill a node so that its Mountpoint pods have no room. They start after
// the pods that need them and request no CPU or memory. So only the maximum of pods matters.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/HEADROOM_FOR_MPPOD.md
func (l *nodePoolLoad) warnFullNode(
	warn func(fldPath *field.Path, format string, args ...any), fldPath *field.Path, node nodeCapacity, machineType string,
) {
	if l.mountpointPodsPerNode == 0 {
		return
	}
	fitting := min(node.pods,
		fittingPods(l.replicas, node.cpu, func(r podRequests) int64 { return r.cpu }),
		fittingPods(l.replicas, node.memory, func(r podRequests) int64 { return r.memory }))
	if fitting+l.mountpointPodsPerNode > node.pods {
		warn(fldPath, "a node of %s has room for %d pods, and the scheduler may fill it with %d pods of services, which leaves "+
			"no room for their %d Mountpoint pods (delivery csi): pods would stay in ContainerCreating, let the services request more "+
			"CPU or memory, or set a machine type for more pods (docs/operations.md, \"Node capacity\")",
			machineType, node.pods, fitting, l.mountpointPodsPerNode)
	}
}

// fittingPods returns how many pods, the smallest first, have room on a node with the capacity.
func fittingPods(pods []podRequests, capacity int64, request func(podRequests) int64) int64 {
	var requests []int64
	for _, pod := range pods {
		requests = append(requests, request(pod))
	}
	slices.Sort(requests)
	var fitting int64
	for _, r := range requests {
		if capacity -= r; capacity < 0 {
			break
		}
		fitting++
	}
	return fitting
}
