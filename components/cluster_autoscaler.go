package components

import (
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ClusterAutoscaler is the Deployment of the Kubernetes Cluster Autoscaler. It adds nodes for pods that cannot be
// scheduled and removes nodes with low utilization.
// https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler
type ClusterAutoscaler struct {
	pulumi.ResourceState
}

// ClusterAutoscalerArgs are the arguments of NewClusterAutoscaler.
type ClusterAutoscalerArgs struct {
	// Settings of the cloud.
	Settings infra.ClusterAutoscaler
	// Namespace of the objects. It has to exist.
	Namespace string
	// Labels of the stack on every object.
	Labels map[string]string
	// NetworkPolicy limits the traffic to what the autoscaler needs.
	NetworkPolicy bool
	// AdmissionPolicy has to be enforced before the pod starts. It may be nil.
	AdmissionPolicy *AdmissionPolicy
}

// healthPort serves health checks and metrics.
const healthPort = 8085

// NewClusterAutoscaler runs the autoscaler on the system nodes. name is the name of its objects.
func NewClusterAutoscaler(
	ctx *pulumi.Context, name string, args *ClusterAutoscalerArgs, opts ...pulumi.ResourceOption,
) (*ClusterAutoscaler, error) {
	a := &ClusterAutoscaler{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:NodeAutoscaler", name, pulumi.Map{
		"image": pulumi.String(args.Settings.Image),
	}, a, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(a)
	selector := map[string]string{"app": name}
	labels := objectLabels(args.Labels, selector)
	meta := func() *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(args.Namespace), Labels: labels}
	}
	serviceAccountMeta := meta()
	serviceAccountMeta.Annotations = args.Settings.Annotations
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: serviceAccountMeta, AutomountServiceAccountToken: pulumi.Bool(false),
	}, parent)
	if err != nil {
		return nil, err
	}
	dependsOn, err := newClusterAutoscalerRBAC(ctx, name, args.Namespace, meta, parent)
	if err != nil {
		return nil, err
	}
	if args.NetworkPolicy {
		policy, err := args.newNetworkPolicy(ctx, name, pulumi.ToStringMap(selector), meta(), parent)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, policy)
	}
	_, err = appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: meta(),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1), RevisionHistoryLimit: pulumi.Int(3),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(selector)},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels, Annotations: prometheusAnnotations(healthPort, "/metrics")},
				Spec: &corev1.PodSpecArgs{
					ServiceAccountName: account.Metadata.Name().Elem(),
					// The autoscaler uses the Kubernetes API.
					AutomountServiceAccountToken: pulumi.Bool(true), EnableServiceLinks: pulumi.Bool(false),
					PriorityClassName: pulumi.String("system-cluster-critical"), SecurityContext: podSecurityContext(),
					NodeSelector: pulumi.StringMap{nodePoolKey: pulumi.String(systemPool)},
					Containers:   corev1.ContainerArray{args.container(name)},
				},
			},
		},
	}, append(args.AdmissionPolicy.options(), parent, pulumi.DependsOn(dependsOn))...)
	if err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// newNetworkPolicy allows scrapes, DNS, and HTTPS to all addresses: the API server and VPC endpoints of the cloud's
// APIs have private ones.
func (a *ClusterAutoscalerArgs) newNetworkPolicy(
	ctx *pulumi.Context, name string, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	endpoints, err := endpointRules(a.Settings.EgressEndpoints)
	if err != nil {
		return nil, err
	}
	egress := append(networkingv1.NetworkPolicyEgressRuleArray{
		dnsRule(), &networkingv1.NetworkPolicyEgressRuleArgs{Ports: policyPorts("TCP", 443)},
	}, endpoints...)
	return newAllowPolicy(ctx, name, NetworkPolicy{}.ingressPeers(), healthPort, egress, selector, meta, opts...)
}

func (a *ClusterAutoscalerArgs) container(name string) *corev1.ContainerArgs {
	flags := append(slices.Clone(a.Settings.Flags),
		pulumi.String("--balance-similar-node-groups"),
		// Of several groups that fit, selects the one with the least idle resources.
		pulumi.String("--expander=least-waste"),
		// System pods such as DNS have replicas, and their local data can be deleted.
		pulumi.String("--skip-nodes-with-system-pods=false"), pulumi.String("--skip-nodes-with-local-storage=false"),
	)
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(a.Settings.Image),
		Command: pulumi.ToStringArray([]string{"/cluster-autoscaler"}), Args: flags, Env: envVars(a.Settings.Env),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
			Name: pulumi.String(portName), ContainerPort: pulumi.Int(healthPort),
		}},
		LivenessProbe: &corev1.ProbeArgs{
			HttpGet:             &corev1.HTTPGetActionArgs{Path: pulumi.String("/health-check"), Port: pulumi.String(portName)},
			InitialDelaySeconds: pulumi.Int(60), PeriodSeconds: pulumi.Int(30),
		},
		Resources: requirements(withEphemeralStorage(config.ResourceRequirements{
			Requests: config.ResourceList{CPU: "100m", Memory: "600Mi"},
			Limits:   config.ResourceList{CPU: "500m", Memory: "600Mi"},
		}, logBytes)),
		SecurityContext: containerSecurityContext(),
	}
}
