package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// topologySpread keeps the replicas of a service in different zones as far as it can.
// Only pods of one revision count: during a rollout the old ones, which are
// about to go, must not push the new ones together.
func (a *ModelDeploymentArgs) topologySpread() corev1.TopologySpreadConstraintArray {
	return corev1.TopologySpreadConstraintArray{&corev1.TopologySpreadConstraintArgs{
		TopologyKey: pulumi.String("topology.kubernetes.io/zone"), MaxSkew: pulumi.Int(1),
		// A pod in the wrong zone serves better than one that waits for a node.
		WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
		LabelSelector:     &metav1.LabelSelectorArgs{MatchLabels: a.Selector},
		MatchLabelKeys:    pulumi.ToStringArray([]string{"pod-template-hash"}),
	}}
}

// affinity puts two replicas on one node only when there is no other.
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
