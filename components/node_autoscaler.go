package components

import (
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NodeAutoscaler is the Kubernetes Cluster Autoscaler: it adds nodes for pods
// that find no place, and takes away those that are hardly used.
// https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler
type NodeAutoscaler struct {
	pulumi.ResourceState
}

// NodeAutoscalerArgs says how it is told of the cloud.
type NodeAutoscalerArgs struct {
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
	// Closed denies all traffic that it does not need; Reach lists what it needs
	// besides DNS and HTTPS, as HOST:PORT.
	Closed bool
	Reach  []string
}

// statusPort is where it answers health checks, and scrapes.
const statusPort = 8085

// NewNodeAutoscaler runs the autoscaler, on the system's nodes, of which there
// is always one. Its name is that of its service account too.
func NewNodeAutoscaler(ctx *pulumi.Context, name string, args *NodeAutoscalerArgs, opts ...pulumi.ResourceOption) (*NodeAutoscaler, error) {
	a := &NodeAutoscaler{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:NodeAutoscaler", name, pulumi.Map{
		"image": pulumi.String(args.Image),
	}, a, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(a)
	selector := map[string]string{"app": name}
	labels := labelled(args.Labels, selector)
	meta := func() *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(args.Namespace), Labels: labels}
	}
	owner := meta()
	owner.Annotations = args.Annotations
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: owner, AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return nil, err
	}
	granted, err := newNodeAutoscalerAccess(ctx, name, args.Namespace, meta, child)
	if err != nil {
		return nil, err
	}
	if args.Closed {
		policy, err := args.newNetworkPolicy(ctx, name, pulumi.ToStringMap(selector), meta(), child)
		if err != nil {
			return nil, err
		}
		granted = append(granted, policy)
	}
	_, err = appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: meta(),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1), RevisionHistoryLimit: pulumi.Int(3),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(selector)},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: labels, Annotations: scraped(statusPort, "/metrics")},
				Spec: &corev1.PodSpecArgs{
					ServiceAccountName: account.Metadata.Name().Elem(),
					// What it does, it does through the API server.
					AutomountServiceAccountToken: pulumi.Bool(true), EnableServiceLinks: pulumi.Bool(false),
					PriorityClassName: pulumi.String("system-cluster-critical"), SecurityContext: podSecurity(),
					NodeSelector: pulumi.StringMap{nodeKey: pulumi.String(systemValue)},
					Containers:   corev1.ContainerArray{args.container(name)},
				},
			},
		},
	}, child, pulumi.DependsOn(granted))
	if err != nil {
		return nil, err
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{})
}

// newNetworkPolicy opens scrapes, DNS, and HTTPS wherever it is: the API server
// and, where a VPC has endpoints, the cloud's APIs have private addresses.
func (a *NodeAutoscalerArgs) newNetworkPolicy(ctx *pulumi.Context, name string, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	places, err := reached(a.Reach)
	if err != nil {
		return nil, err
	}
	egress := append(networkingv1.NetworkPolicyEgressRuleArray{dns(), &networkingv1.NetworkPolicyEgressRuleArgs{Ports: ports("TCP", 443)}}, places...)
	return newOpening(ctx, name, NetworkPolicy{}.from(), statusPort, egress, selector, meta, opts...)
}

func (a *NodeAutoscalerArgs) container(name string) *corev1.ContainerArgs {
	flags := append(slices.Clone(a.Flags),
		pulumi.String("--balance-similar-node-groups"),
		// Of several groups that would do, the one that stays emptiest loses.
		pulumi.String("--expander=least-waste"),
		// DNS and the like have replicas and may move, with what they scribble.
		pulumi.String("--skip-nodes-with-system-pods=false"), pulumi.String("--skip-nodes-with-local-storage=false"),
	)
	return &corev1.ContainerArgs{
		Name: pulumi.String(name), Image: pulumi.String(a.Image),
		Command: pulumi.ToStringArray([]string{"/cluster-autoscaler"}), Args: flags, Env: variables(a.Env),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{Name: pulumi.String("http"), ContainerPort: pulumi.Int(statusPort)}},
		LivenessProbe: &corev1.ProbeArgs{
			HttpGet:             &corev1.HTTPGetActionArgs{Path: pulumi.String("/health-check"), Port: pulumi.String("http")},
			InitialDelaySeconds: pulumi.Int(60), PeriodSeconds: pulumi.Int(30),
		},
		Resources: Resources{
			Requests: Amounts{CPU: "100m", Memory: "600Mi"}, Limits: Amounts{CPU: "500m", Memory: "600Mi"},
		}.withStorage(logBytes).requirements(),
		SecurityContext: containerSecurity(),
	}
}
