package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// withGPUs is a stack on which FinBERT has its GPU: one value says so.
var withGPUs = map[string]any{"releases.nlpinsight.backend": "finbert"}

// The services' nodes are theirs alone; the system has its own, without which
// its pods would find no place.
func TestSystemAndServicesHaveTheirOwnNodes(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Len(t, r.Of(p.NodePoolType), 2, "and none with GPUs: nobody asks for one")
		taints, labels, size := "nodeConfig.taints", "nodeConfig.labels", "autoscaling.totalMaxNodeCount"
		if p.Stack == "eks" {
			taints, labels, size = "taints", "labels", "scalingConfig.maxSize"
		}
		services, system := r.One(t, p.NodePoolType, "modelferry"), r.One(t, p.NodePoolType, "modelferry-system")
		require.Equal(t, []any{object{"key": "workload-type", "value": "ml-services", "effect": "NO_SCHEDULE"}}, services.At(taints))
		require.Equal(t, object{"workload-type": "ml-services"}, services.At(labels))
		require.Equal(t, 5., services.At(size))
		require.Nil(t, system.At(taints))
		require.Equal(t, object{"workload-type": "system"}, system.At(labels))
		require.Equal(t, 3., system.At(size))
	})
}

func TestNodesKeepTheirIdentityToThemselves(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.Of(p.NodePoolType) {
			if p.Stack == "gke" {
				require.Equal(t, "GKE_METADATA", nodes.At("nodeConfig.workloadMetadataConfig.mode"), nodes)
				require.Equal(t, object{"disable-legacy-endpoints": "true"}, nodes.At("nodeConfig.metadata"), nodes)
				require.Equal(t, object{"enableSecureBoot": true, "enableIntegrityMonitoring": true}, nodes.At("nodeConfig.shieldedInstanceConfig"), nodes)
				require.Equal(t, r.Computed("modelferry-nodes@modelferry-demo.iam.gserviceaccount.com"), nodes.At("nodeConfig.serviceAccount"), nodes)
				continue
			}
			require.Equal(t, []string{"scalingConfig.desiredSize"}, nodes.IgnoreChanges, "%s: the autoscaler moves it", nodes)
			template := r.One(t, "LaunchTemplate", nodes.Name)
			require.Equal(t, object{"id": r.Computed(nodes.Name + "-id"), "version": r.Computed("1")}, nodes.At("launchTemplate"))
			require.Equal(t, object{"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.}, template.At("metadataOptions"))
			require.Equal(t, "true", template.At("blockDeviceMappings[0].ebs.encrypted"))
			for k, kind := range []string{"instance", "volume", "network-interface"} {
				require.Equal(t, object{"resourceType": kind, "tags": stacktest.StackLabels("eks")}, template.At("tagSpecifications").([]any)[k])
			}
		}
	})
}

// An upgrade brings a new node before it drains an old one, and no more than
// one at a time. EKS brings new ones first by itself.
func TestUpgradesTakeOneNodeAtATime(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.Of(p.NodePoolType) {
			if p.Stack == "gke" {
				require.Equal(t, object{"maxSurge": 1., "maxUnavailable": 0.}, nodes.At("upgradeSettings"), nodes)
				require.Equal(t, object{"autoRepair": true, "autoUpgrade": true}, nodes.At("management"), nodes)
			} else {
				require.Equal(t, object{"maxUnavailable": 1.}, nodes.At("updateConfig"), nodes)
				require.Equal(t, object{"enabled": true}, nodes.At("nodeRepairConfig"), nodes)
				require.Equal(t, r.Computed(stacktest.Version), nodes.At("version"), "%s: the cluster's, whenever that changes", nodes)
				require.Nil(t, nodes.At("instanceTypes"), "%s: another machine type would replace the group", nodes)
			}
		}
	})
}

func TestGPUsAreForThoseWhoAsk(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, withGPUs)
			nodes := r.One(t, p.NodePoolType, "modelferry-gpu")
			if p.Stack == "gke" {
				require.Equal(t, "n1-standard-4", nodes.At("nodeConfig.machineType"))
				require.Equal(t, []any{object{"type": "nvidia-tesla-t4", "count": 1., "gpuDriverInstallationConfig": object{"gpuDriverVersion": "LATEST"}}},
					nodes.At("nodeConfig.guestAccelerators"))
				require.Equal(t, object{"totalMinNodeCount": 0., "totalMaxNodeCount": 2., "locationPolicy": "ANY"}, nodes.At("autoscaling"))
				require.True(t, r.Before(nodes)[r.One(t, p.NodePoolType, "modelferry-system").URN], "or GKE sets no taint that keeps others off")
			} else {
				require.Equal(t, "BOTTLEROCKET_x86_64_NVIDIA", nodes.At("amiType"))
				require.Equal(t, "g4dn.xlarge", r.One(t, "LaunchTemplate", "modelferry-gpu").At("instanceType"))
				require.Equal(t, []any{object{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}}, nodes.At("taints"))
				require.Equal(t, 0., nodes.At("scalingConfig.minSize"))
				disks := r.One(t, "LaunchTemplate", "modelferry-gpu").At("blockDeviceMappings").([]any)
				encrypted := object{"encrypted": "true", "volumeType": "gp3", "deleteOnTermination": "true"}
				require.Equal(t, []any{
					object{"deviceName": "/dev/xvda", "ebs": encrypted}, object{"deviceName": "/dev/xvdb", "ebs": stacktest.Merge(encrypted, object{"volumeSize": 50.})},
				}, disks, "the system's, and the pods'")
				require.Equal(t, object{"autoscalingGroupName": "eks-modelferry-gpu", "tag": object{
					"key": "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage", "value": "40Gi", "propagateAtLaunch": false,
				}}, r.One(t, "autoscaling/tag:Tag", "modelferry-gpu").Inputs, "or the autoscaler finds no place for a pod in an empty group")
				require.Len(t, r.Of("autoscaling/tag:Tag"), 1, "what is never empty speaks for itself")
			}
			finbert, churn := r.One(t, "Deployment", "nlpinsight"), r.One(t, "Deployment", "bankchurn")
			require.Equal(t, "1", finbert.At(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
			require.Contains(t, finbert.At(stacktest.PodSpec+"tolerations"), object{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"})
			require.Nil(t, churn.At(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
			require.Len(t, churn.At(stacktest.PodSpec+"tolerations"), 1)
		})
	}
}

// A stack without GPUs runs the same release on CPUs.
func TestWithoutGPUsTheBackendRunsOnCPUs(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, stacktest.Merge(withGPUs, object{"gpu.enabled": false}))
		require.Len(t, r.Of(p.NodePoolType), 2)
		require.Nil(t, r.One(t, "Deployment", "nlpinsight").At(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
		r = stacktest.Up(t, p.Stack, stacktest.Merge(withGPUs, object{"cluster": object{"existing": "production"}}))
		require.Empty(t, r.Of(p.NodePoolType))
		require.Equal(t, "1", r.One(t, "Deployment", "nlpinsight").At(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"), "that cluster has its own nodes")
	}
}

// A pool whose name is fixed could be replaced only by taking it away first.
func TestNodesAreReplacedByNewOnesFirst(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, nodes := range r.Of(p.NodePoolType) {
			require.Nil(t, nodes.At("name"), nodes)
			require.Nil(t, nodes.At("nodeGroupName"), nodes)
		}
	})
}

func TestEveryNodeHasTheDiskThatIsConfigured(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, stacktest.Merge(withGPUs, object{"cluster.create.diskGiB": 200}))
		require.Len(t, r.Of(p.NodePoolType), 3)
		for _, nodes := range r.Of(p.NodePoolType) {
			size := nodes.At("nodeConfig.diskSizeGb")
			if p.Stack == "eks" {
				disks := r.One(t, "LaunchTemplate", nodes.Name).At("blockDeviceMappings").([]any)
				size = disks[len(disks)-1].(object)["ebs"].(object)["volumeSize"]
			}
			require.Equal(t, 200., size, nodes)
		}
	}
}

// The pool that a cluster is made with, and loses at once, is as unprivileged.
func TestFirstNodesOnGKEAreNobodyElse(t *testing.T) {
	for _, preview := range []bool{false, true} {
		r := stacktest.RunCommitted(t, "gke", preview)
		cluster := r.One(t, "gcp:container/cluster:Cluster", "modelferry")
		require.Equal(t, r.Computed("modelferry-nodes@modelferry-demo.iam.gserviceaccount.com"), cluster.At("nodeConfig.serviceAccount"))
		require.Equal(t, object{"enableSecureBoot": true}, cluster.At("nodeConfig.shieldedInstanceConfig"))
		require.Equal(t, []string{"nodeConfig"}, cluster.IgnoreChanges, "or each update would see another pool's")
		require.True(t, r.Before(cluster)[r.One(t, "projects/iAMMember:IAMMember", "modelferry-nodes").URN])
	}
}
