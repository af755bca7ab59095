package components

import (
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ClusterAutoscaler is the Kubernetes Cluster Autoscaler: it adds nodes for pods
// that find no place, and takes away those that are hardly used.
// https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler
type ClusterAutoscaler struct {
	pulumi.ResourceState
}

// ClusterAutoscalerArgs says how it is told of the cloud.
type ClusterAutoscalerArgs struct {
	// Namespace that it runs in, one that exists; Labels say whose it is.
	Namespace string
	Labels    map[string]string
	// Image of it, with its version.
	Image string
	// Flags that name the cloud and the groups of nodes, and Env what else it has to know of the cloud.
	Flags pulumi.StringArray
	Env   map[string]string
	// Annotations tie its service account to its identity on the cloud.
	Annotations pulumi.StringMap
	// NetworkPolicy denies all traffic that it does not need; Reach lists what it needs
	// besides DNS and HTTPS, as HOST:PORT.
	NetworkPolicy   bool
	EgressEndpoints []string
}

// healthPort is where it answers health checks, and scrapes.
const healthPort = 8085

// NewClusterAutoscaler runs the autoscaler, on the system's nodes, of which there
// is always one. Its name is that of its service account too.
func NewClusterAutoscaler(ctx *pulumi.Context, name string, args *ClusterAutoscalerArgs, opts ...pulumi.ResourceOption) (*ClusterAutoscaler, error) {
	a := &ClusterAutoscaler{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:NodeAutoscaler", name, pulumi.Map{
		"image": pulumi.String(args.Image),
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
	serviceAccountMeta.Annotations = args.Annotations
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
					// What it does, it does through the API server.
					AutomountServiceAccountToken: pulumi.Bool(true), EnableServiceLinks: pulumi.Bool(false),
					PriorityClassName: pulumi.String("system-cluster-critical"), SecurityContext: podSecurityContext(),
					NodeSelector: pulumi.StringMap{nodePoolKey: pulumi.String(systemPool)},
					Containers:   corev1.ContainerArray{args.container(name)},
				},
			},
		},
	}, parent, pulumi.DependsOn(dependsOn))
	if err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// newNetworkPolicy opens scrapes, DNS, and HTTPS wherever it is: the API server
// and, where a VPC has endpoints, the cloud's APIs have private addresses.
func (a *ClusterAutoscalerArgs) newNetworkPolicy(ctx *pulumi.Context, name string, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	endpoints, err := endpointRules(a.EgressEndpoints)
	if err != nil {
		return nil, err
	}
	egress := append(networkingv1.NetworkPolicyEgressRuleArray{dnsRule(), &networkingv1.NetworkPolicyEgressRuleArgs{Ports: policyPorts("TCP", 443)}}, endpoints...)
	return newAllowPolicy(ctx, name, NetworkPolicy{}.ingressPeers(), healthPort, egress, selector, meta, opts...)
}

func (a *ClusterAutoscalerArgs) container(name string) *corev1.ContainerArgs {
	flags := append(slices.Clone(a.Flags),
		pulumi.String("--balance-similar-node-groups"),
		// Of several groups that would do, the one that stays emptiest loses.
		pulumi.String("--expander=least-waste"),
		// DNS and the like have replicas and may move, with what they scribble.
		pulumi.String("--skip-nodes-with-system-pods=false"), pulumi.String("--skip-nodes-with-local-storage=false"),
	)
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(a.Image),
		Command: pulumi.ToStringArray([]string{"/cluster-autoscaler"}), Args: flags, Env: envVars(a.Env),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{Name: pulumi.String("http"), ContainerPort: pulumi.Int(healthPort)}},
		LivenessProbe: &corev1.ProbeArgs{
			HttpGet:             &corev1.HTTPGetActionArgs{Path: pulumi.String("/health-check"), Port: pulumi.String("http")},
			InitialDelaySeconds: pulumi.Int(60), PeriodSeconds: pulumi.Int(30),
		},
		Resources: Resources{
			Requests: ResourceList{CPU: "100m", Memory: "600Mi"}, Limits: ResourceList{CPU: "500m", Memory: "600Mi"},
		}.withStorage(logBytes).requirements(),
		SecurityContext: containerSecurityContext(),
	}
}
