package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// withGPUs is a stack on which FinBERT has its GPU.
var withGPUs = map[string]any{
	"gpu":                         object{"enabled": true, "machineType": "g", "accelerator": "nvidia-tesla-t4", "max": 2},
	"releases.nlpinsight.backend": "finbert",
}

// The services' nodes are theirs alone; the system has its own, without which
// its pods would find no place.
func TestSystemAndServicesHaveTheirOwnNodes(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		require.Len(t, r.Of(p.nodes), 2, "and none with GPUs: nobody asks for one")
		taints, labels, size := "nodeConfig.taints", "nodeConfig.labels", "autoscaling.maxNodeCount"
		if p.stack == "eks" {
			taints, labels, size = "taints", "labels", "scalingConfig.maxSize"
		}
		services, system := r.One(t, p.nodes, "modelferry"), r.One(t, p.nodes, "modelferry-system")
		require.Equal(t, []any{object{"key": "workload-type", "value": "ml-services", "effect": "NO_SCHEDULE"}}, services.At(taints))
		require.Equal(t, object{"workload-type": "ml-services"}, services.At(labels))
		require.Equal(t, 5., services.At(size))
		require.Nil(t, system.At(taints))
		require.Equal(t, object{"workload-type": "system"}, system.At(labels))
		require.Equal(t, 3., system.At(size))
	})
}

func TestNodesKeepTheirIdentityToThemselves(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		for _, nodes := range r.Of(p.nodes) {
			if p.stack == "gke" {
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
				require.Equal(t, object{"resourceType": kind, "tags": ownership("eks")}, template.At("tagSpecifications").([]any)[k])
			}
		}
	})
}

// An upgrade brings a new node before it drains an old one, and no more than
// one at a time. EKS brings new ones first by itself.
func TestUpgradesTakeOneNodeAtATime(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		for _, nodes := range r.Of(p.nodes) {
			if p.stack == "gke" {
				require.Equal(t, object{"maxSurge": 1., "maxUnavailable": 0.}, nodes.At("upgradeSettings"), nodes)
				require.Equal(t, object{"autoRepair": true, "autoUpgrade": true}, nodes.At("management"), nodes)
			} else {
				require.Equal(t, object{"maxUnavailable": 1.}, nodes.At("updateConfig"), nodes)
			}
		}
	})
}

func TestGPUsAreForThoseWhoAsk(t *testing.T) {
	for _, p := range platforms {
		t.Run(p.stack, func(t *testing.T) {
			r := recorded(t, p.stack, withGPUs)
			nodes := r.One(t, p.nodes, "modelferry-gpu")
			if p.stack == "gke" {
				require.Equal(t, []any{object{"type": "nvidia-tesla-t4", "count": 1., "gpuDriverInstallationConfig": object{"gpuDriverVersion": "LATEST"}}},
					nodes.At("nodeConfig.guestAccelerators"))
				require.Equal(t, object{"minNodeCount": 0., "maxNodeCount": 2.}, nodes.At("autoscaling"))
			} else {
				require.Equal(t, "BOTTLEROCKET_x86_64_NVIDIA", nodes.At("amiType"))
				require.Equal(t, []any{object{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}}, nodes.At("taints"))
				require.Equal(t, 0., nodes.At("scalingConfig.minSize"))
				require.Equal(t, "/dev/xvdb", r.One(t, "LaunchTemplate", "modelferry-gpu").At("blockDeviceMappings[0].deviceName"))
			}
			finbert, churn := r.One(t, "Deployment", "nlpinsight"), r.One(t, "Deployment", "bankchurn")
			require.Equal(t, "1", finbert.At(serves+"resources.limits/nvidia.com/gpu"))
			require.Contains(t, finbert.At(pod+"tolerations"), object{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"})
			require.Nil(t, churn.At(serves+"resources.limits/nvidia.com/gpu"))
			require.Len(t, churn.At(pod+"tolerations"), 1)
		})
	}
}

// A stack without GPUs runs the same release on CPUs.
func TestWithoutGPUsTheBackendRunsOnCPUs(t *testing.T) {
	for _, p := range platforms {
		r := recorded(t, p.stack, with(withGPUs, object{"gpu": nil}))
		require.Len(t, r.Of(p.nodes), 2)
		require.Nil(t, r.One(t, "Deployment", "nlpinsight").At(serves+"resources.limits/nvidia.com/gpu"))
		r = recorded(t, p.stack, with(withGPUs, object{"cluster": object{"existing": "production"}}))
		require.Empty(t, r.Of(p.nodes))
		require.Equal(t, "1", r.One(t, "Deployment", "nlpinsight").At(serves+"resources.limits/nvidia.com/gpu"), "that cluster has its own nodes")
	}
}
