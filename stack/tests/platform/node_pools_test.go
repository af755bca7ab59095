package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// gpuSettings select the FinBERT backend, which requests a GPU.
var gpuSettings = map[string]any{"releases.nlpinsight.backend": "finbert"}

// The services' nodes are tainted, so the system's pods need nodes of their own.
func TestNodePool_systemAndServicesSeparate(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Len(t, r.ByType(p.NodePoolType), 2, "no GPU nodes, because no service requests a GPU")
		taints, labels, size := "nodeConfig.taints", "nodeConfig.labels", "autoscaling.totalMaxNodeCount"
		if p.Stack == "eks" {
			taints, labels, size = "taints", "labels", "scalingConfig.maxSize"
		}
		services, system := r.MustGet(t, p.NodePoolType, "modelferry"), r.MustGet(t, p.NodePoolType, "modelferry-system")
		require.Equal(t, []any{object{"key": "workload-type", "value": "ml-services", "effect": "NO_SCHEDULE"}}, services.Input(taints))
		require.Equal(t, object{"workload-type": "ml-services"}, services.Input(labels))
		require.Equal(t, 5., services.Input(size))
		require.Nil(t, system.Input(taints))
		require.Equal(t, object{"workload-type": "system"}, system.Input(labels))
		require.Equal(t, 3., system.Input(size))
	})
}

func TestNodePool_hardening(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.ByType(p.NodePoolType) {
			if p.Stack == "gke" {
				require.Equal(t, "GKE_METADATA", nodes.Input("nodeConfig.workloadMetadataConfig.mode"), nodes)
				require.Equal(t, object{"disable-legacy-endpoints": "true"}, nodes.Input("nodeConfig.metadata"), nodes)
				require.Equal(t, object{"enableSecureBoot": true, "enableIntegrityMonitoring": true},
					nodes.Input("nodeConfig.shieldedInstanceConfig"), nodes)
				require.Equal(t, r.Computed("modelferry-nodes@modelferry-demo.iam.gserviceaccount.com"),
					nodes.Input("nodeConfig.serviceAccount"), nodes)
				continue
			}
			require.Equal(t, []string{"scalingConfig.desiredSize"}, nodes.IgnoreChanges, "%s: the Cluster Autoscaler changes it", nodes)
			template := r.MustGet(t, "LaunchTemplate", nodes.Name)
			require.Equal(t, object{"id": r.Computed(nodes.Name + "-id"), "version": r.Computed("1")}, nodes.Input("launchTemplate"))
			require.Equal(t, object{"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.},
				template.Input("metadataOptions"))
			require.Equal(t, "true", template.Input("blockDeviceMappings[0].ebs.encrypted"))
			for i, kind := range []string{"instance", "volume", "network-interface"} {
				require.Equal(t, object{"resourceType": kind, "tags": stacktest.StackLabels("eks")},
					template.Input("tagSpecifications").([]any)[i])
			}
		}
	})
}

// GKE sets these values itself, and the provider would change them back: by an update that GKE refuses, or by a
// replacement. Everything else stays under the stack's control.
func TestNodePool_gkeServerSetValuesIgnored(t *testing.T) {
	r := stacktest.Up(t, "gke", gpuSettings)
	require.Len(t, r.ByType("NodePool"), 3)
	for _, nodes := range r.ByType("NodePool") {
		require.Equal(t, []string{
			"nodeConfig.kubeletConfig",
			"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model",
			"nodeConfig.resourceLabels.goog-gke-accelerator-type",
			"nodeConfig.ephemeralStorageLocalSsdConfig",
			"initialNodeCount",
		}, nodes.IgnoreChanges, nodes)
	}
	require.Equal(t, []string{"nodeConfig", "enableL4IlbSubsetting"},
		r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry").IgnoreChanges)
}

// Without an initial count a pool starts with no nodes, whatever its minimum. The count is of each zone.
func TestNodePool_gkeInitialNodeCount(t *testing.T) {
	for _, test := range []struct {
		name             string
		set              object
		system, services any
	}{
		{"a node in each zone for DNS", nil, 1., nil},
		{"the minimum, in whole zones", object{"cluster.create.nodes": object{"min": 7, "max": 9},
			"cluster.create.system": object{"min": 3, "max": 3}}, 1., 2.},
		{"a maximum below the number of zones", object{"cluster.create.system": object{"max": 2}}, nil, nil},
		{"a zonal cluster", object{"cluster.location": "europe-west1-b", "cluster.create.nodes": object{"min": 2, "max": 5},
			"cluster.create.system": object{"max": 1}}, 1., 2.},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := stacktest.Up(t, "gke", stacktest.Merge(stacktest.Merge(gpuSettings, object{"gpu.min": 3, "gpu.max": 3}), test.set))
			require.Equal(t, test.system, r.MustGet(t, "NodePool", "modelferry-system").Input("initialNodeCount"))
			require.Equal(t, test.services, r.MustGet(t, "NodePool", "modelferry").Input("initialNodeCount"))
			require.Nil(t, r.MustGet(t, "NodePool", "modelferry-gpu").Input("initialNodeCount"), "no zone has to have GPUs")
		})
	}
}

// An upgrade replaces one node at a time and adds the new node before it drains the old one. EKS always adds new nodes
// first.
func TestNodePool_upgradesOneNodeAtATime(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.ByType(p.NodePoolType) {
			if p.Stack == "gke" {
				require.Equal(t, object{"maxSurge": 1., "maxUnavailable": 0.}, nodes.Input("upgradeSettings"), nodes)
				require.Equal(t, object{"autoRepair": true, "autoUpgrade": true}, nodes.Input("management"), nodes)
			} else {
				require.Equal(t, object{"maxUnavailable": 1.}, nodes.Input("updateConfig"), nodes)
				require.Equal(t, object{"enabled": true}, nodes.Input("nodeRepairConfig"), nodes)
				require.Equal(t, r.Computed(stacktest.KubernetesVersion), nodes.Input("version"), "%s: has to follow the cluster's version",
					nodes)
				require.Nil(t, nodes.Input("instanceTypes"), "%s: a changed machine type would replace the node group", nodes)
			}
		}
	})
}

func TestNodePool_gpu(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, gpuSettings)
			nodes := r.MustGet(t, p.NodePoolType, "modelferry-gpu")
			if p.Stack == "gke" {
				require.Equal(t, "n1-standard-4", nodes.Input("nodeConfig.machineType"))
				require.Equal(t,
					[]any{object{"type": "nvidia-tesla-t4", "count": 1.,
						"gpuDriverInstallationConfig": object{"gpuDriverVersion": "LATEST"}}},
					nodes.Input("nodeConfig.guestAccelerators"))
				require.Equal(t, object{"totalMinNodeCount": 0., "totalMaxNodeCount": 3., "locationPolicy": "ANY"},
					nodes.Input("autoscaling"))
				require.True(t, r.Dependencies(nodes)[r.MustGet(t, p.NodePoolType, "modelferry-system").URN],
					"GKE taints GPU nodes only if another node pool exists")
			} else {
				require.Equal(t, "BOTTLEROCKET_x86_64_NVIDIA", nodes.Input("amiType"))
				require.Equal(t, "g4dn.xlarge", r.MustGet(t, "LaunchTemplate", "modelferry-gpu").Input("instanceType"))
				require.Equal(t, []any{object{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}}, nodes.Input("taints"))
				require.Equal(t, object{"workload-type": "ml-services", "k8s.amazonaws.com/accelerator": "nvidia-g4dn"},
					nodes.Input("labels"), "the Cluster Autoscaler waits for the driver of nodes with the label")
				require.Equal(t, 0., nodes.Input("scalingConfig.minSize"))
				disks := r.MustGet(t, "LaunchTemplate", "modelferry-gpu").Input("blockDeviceMappings").([]any)
				encrypted := object{"encrypted": "true", "volumeType": "gp3", "deleteOnTermination": "true"}
				require.Equal(t, []any{
					object{"deviceName": "/dev/xvda", "ebs": encrypted},
					object{"deviceName": "/dev/xvdb", "ebs": stacktest.Merge(encrypted, object{"volumeSize": 50.})},
				}, disks, "disk of the operating system and disk of the pods")
				require.Equal(t, object{"autoscalingGroupName": "eks-modelferry-gpu", "tag": object{
					"key": "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage", "value": "40Gi",
					"propagateAtLaunch": false,
				}}, r.MustGet(t, "autoscaling/tag:Tag", "modelferry-gpu").Inputs, "the Cluster Autoscaler knows an empty group by its tags")
				require.Len(t, r.ByType("autoscaling/tag:Tag"), 1, "other groups are never empty")
			}
			finbert, churn := r.MustGet(t, "Deployment", "nlpinsight"), r.MustGet(t, "Deployment", "bankchurn")
			require.Equal(t, "1", finbert.Input(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
			require.Contains(t, finbert.Input(stacktest.PodSpec+"tolerations"),
				object{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"})
			require.Nil(t, churn.Input(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
			require.Len(t, churn.Input(stacktest.PodSpec+"tolerations"), 1)
		})
	}
}

// A stack without GPU nodes runs the same release on CPUs.
func TestNodePool_gpuDisabled(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, stacktest.Merge(gpuSettings, object{"gpu.enabled": false}))
		require.Len(t, r.ByType(p.NodePoolType), 2)
		require.Nil(t, r.MustGet(t, "Deployment", "nlpinsight").Input(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
		r = stacktest.Up(t, p.Stack, stacktest.Merge(gpuSettings, object{"cluster": object{"existing": "production"}}))
		require.Empty(t, r.ByType(p.NodePoolType))
		require.Equal(t, "1", r.MustGet(t, "Deployment", "nlpinsight").Input(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"),
			"the existing cluster may have GPU nodes")
	}
}

// With a fixed name, a node pool would have to be deleted before its replacement is created.
func TestNodePool_replacedCreateBeforeDelete(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.ByType(p.NodePoolType) {
			require.Nil(t, nodes.Input("name"), nodes)
			require.Nil(t, nodes.Input("nodeGroupName"), nodes)
		}
	})
}

func TestNodePool_configuredDiskSize(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, stacktest.Merge(gpuSettings, object{"cluster.create.diskGiB": 200}))
		require.Len(t, r.ByType(p.NodePoolType), 3)
		for _, nodes := range r.ByType(p.NodePoolType) {
			size := nodes.Input("nodeConfig.diskSizeGb")
			if p.Stack == "eks" {
				disks := r.MustGet(t, "LaunchTemplate", nodes.Name).Input("blockDeviceMappings").([]any)
				size = disks[len(disks)-1].(object)["ebs"].(object)["volumeSize"]
			}
			require.Equal(t, 200., size, nodes)
		}
	}
}

// GKE creates the cluster with a default node pool, which is removed right away.
func TestNodePool_gkeDefaultPoolHardening(t *testing.T) {
	for _, preview := range []bool{false, true} {
		r := stacktest.RunStack(t, "gke", nil, preview)
		cluster := r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
		require.Equal(t, r.Computed("modelferry-nodes@modelferry-demo.iam.gserviceaccount.com"), cluster.Input("nodeConfig.serviceAccount"))
		require.Equal(t, object{"enableSecureBoot": true}, cluster.Input("nodeConfig.shieldedInstanceConfig"))
		require.Equal(t, "pd-standard", cluster.Input("nodeConfig.diskType"), "three disks of 100 GB exceed the SSD quota of a new project")
		require.Equal(t, 20., cluster.Input("nodeConfig.diskSizeGb"))
		require.Contains(t, cluster.IgnoreChanges, "nodeConfig", "GKE reports the nodeConfig of another node pool")
		require.True(t, r.Dependencies(cluster)[r.MustGet(t, "projects/iAMMember:IAMMember", "modelferry-nodes").URN])
	}
}
