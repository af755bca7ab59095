package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Nodes of the services' own have a taint and a label of this name and value.
const (
	nodePoolKey  = "workload-type"
	servicesPool = "ml-services"
	// systemPool is that of the nodes which the services keep off.
	systemPool  = "system"
	gpuResource = "nvidia.com/gpu"
)

// tolerations let the pods on the services' nodes, where others are kept off,
// and on nodes with GPUs those that ask for one.
func (a *ModelDeploymentArgs) tolerations() corev1.TolerationArray {
	tolerations := corev1.TolerationArray{&corev1.TolerationArgs{
		Key: pulumi.String(nodePoolKey), Operator: pulumi.String("Equal"), Value: pulumi.String(servicesPool), Effect: pulumi.String("NoSchedule"),
	}}
	if a.Server.GPUs > 0 {
		tolerations = append(tolerations, &corev1.TolerationArgs{
			Key: pulumi.String(gpuResource), Operator: pulumi.String("Exists"), Effect: pulumi.String("NoSchedule"),
		})
	}
	return tolerations
}

// nodeAffinity draws the pods to the services' nodes. Where there are such nodes for
// sure, it demands them: a nodes' autoscaler does not see what is only
// preferred, and would add to the system's nodes. Elsewhere pods run on others
// all the same.
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
