package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The nodes that the stack creates have a label with this key, and the services' nodes a taint with this key and value.
const (
	nodePoolKey  = "workload-type"
	servicesPool = "ml-services"
	// systemPool is the label's value on the nodes of system pods.
	systemPool  = "system"
	gpuResource = "nvidia.com/gpu"
)

// tolerations returns the tolerations of the services' nodes and, for pods with a GPU, of the GPU nodes.
func (a *ModelDeploymentArgs) tolerations() corev1.TolerationArray {
	tolerations := corev1.TolerationArray{&corev1.TolerationArgs{
		Key: pulumi.String(nodePoolKey), Operator: pulumi.String("Equal"),
		Value: pulumi.String(servicesPool), Effect: pulumi.String("NoSchedule"),
	}}
	if a.Server.GPUs > 0 {
		tolerations = append(tolerations, &corev1.TolerationArgs{
			Key: pulumi.String(gpuResource), Operator: pulumi.String("Exists"), Effect: pulumi.String("NoSchedule"),
		})
	}
	return tolerations
}

// nodeAffinity requires the services' nodes on a cluster that has them: the Cluster Autoscaler ignores preferences, and
// would add system nodes. On an existing cluster it only prefers them.
func (a *ModelDeploymentArgs) nodeAffinity() *corev1.NodeAffinityArgs {
	term := &corev1.NodeSelectorTermArgs{MatchExpressions: corev1.NodeSelectorRequirementArray{&corev1.NodeSelectorRequirementArgs{
		Key: pulumi.String(nodePoolKey), Operator: pulumi.String("In"), Values: pulumi.ToStringArray([]string{servicesPool}),
	}}}
	if a.DedicatedNodes {
		return &corev1.NodeAffinityArgs{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelectorArgs{NodeSelectorTerms: corev1.NodeSelectorTermArray{term}},
		}
	}
	return &corev1.NodeAffinityArgs{
		PreferredDuringSchedulingIgnoredDuringExecution: corev1.PreferredSchedulingTermArray{&corev1.PreferredSchedulingTermArgs{
			Weight: pulumi.Int(100), Preference: term,
		}},
	}
}

// topologySpread prefers different zones for the replicas of a service. It counts pods of one revision only: otherwise
// the old pods of a rollout would affect the placement of the new ones.
func (a *ModelDeploymentArgs) topologySpread() corev1.TopologySpreadConstraintArray {
	return corev1.TopologySpreadConstraintArray{&corev1.TopologySpreadConstraintArgs{
		TopologyKey: pulumi.String("topology.kubernetes.io/zone"), MaxSkew: pulumi.Int(1),
		// An uneven spread is better than a pending pod.
		WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
		LabelSelector:     &metav1.LabelSelectorArgs{MatchLabels: a.Selector},
		MatchLabelKeys:    pulumi.ToStringArray([]string{"pod-template-hash"}),
	}}
}

// affinity prefers different nodes for the replicas of a service.
func (a *ModelDeploymentArgs) affinity() *corev1.AffinityArgs {
	return &corev1.AffinityArgs{
		NodeAffinity: a.nodeAffinity(),
		PodAntiAffinity: &corev1.PodAntiAffinityArgs{
			PreferredDuringSchedulingIgnoredDuringExecution: corev1.WeightedPodAffinityTermArray{&corev1.WeightedPodAffinityTermArgs{
				Weight: pulumi.Int(100),
				PodAffinityTerm: &corev1.PodAffinityTermArgs{
					TopologyKey: pulumi.String("kubernetes.io/hostname"), LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: a.Selector},
				},
			}},
		},
	}
}
