package components

import (
	"slices"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ModelService is one ML service, whole: its account, its model's config, its
// pods, and how they are reached, scaled and kept up.
type ModelService struct {
	pulumi.ResourceState

	// Deployment, Service and ServiceAccount by name, Config by the ConfigMap's;
	// "" where there is none, because nothing is fetched.
	Deployment, Service, ServiceAccount, Config pulumi.StringOutput
	// Ready is what has to exist before a request can be answered. Whoever waits
	// for it names it: waiting for a component is waiting for those of its
	// children that the engine has been told of by then.
	Ready []pulumi.Resource
}

// ModelServiceArgs says what a service is and what of it is live.
type ModelServiceArgs struct {
	// Namespace of the service; Labels say whose it is.
	Namespace pulumi.StringInput
	Labels    map[string]string
	// Deployment and Service name what they name; the service account is
	// named as the Deployment is.
	Deployment, Service string
	// ModelFolder is where the artifacts appear; they may take up to VolumeBytes.
	ModelFolder string
	VolumeBytes int64
	// Artifacts to bring, the model first.
	Artifacts []Artifact
	// Fetcher and Server are the two containers.
	Fetcher FetcherArgs
	Server  ServerArgs
	// Autoscaling of the pods.
	Autoscaling Autoscaling
	// OwnNodes tells that the services have nodes of their own.
	OwnNodes bool
	// RolloutDeadline is how long a new release may take.
	RolloutDeadline time.Duration
	// Store and Identity are the cloud's.
	Store    Store
	Identity Identity
	// NetworkPolicy of the pods, nil for none.
	NetworkPolicy *NetworkPolicy
	// Mount is how buckets are mounted in place of being copied from, nil for a fetcher.
	Mount *Mount
	// ServiceAnnotations are the Kubernetes Service's, for a load balancer's controller.
	ServiceAnnotations map[string]string
	// Monitor for a Prometheus Operator, nil for none.
	Monitor *Monitor
}

// NewModelService makes the service and waits until it serves.
func NewModelService(ctx *pulumi.Context, name string, args *ModelServiceArgs, opts ...pulumi.ResourceOption) (*ModelService, error) {
	s := &ModelService{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelService", name, pulumi.Map{
		"deployment": pulumi.String(args.Deployment), "image": pulumi.String(args.Server.Image),
	}, s, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(s)
	selector := pulumi.StringMap{"app": pulumi.String(args.Deployment)}
	labels := labelled(args.Labels, map[string]string{
		"app": args.Deployment, "app.kubernetes.io/name": name, "tier": "ml-service",
	})
	meta := func(name string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels}
	}
	owner := meta(args.Deployment)
	owner.Annotations = args.Identity.Annotations
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: owner, AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return nil, err
	}
	s.ServiceAccount = account.Metadata.Name().Elem()
	brought, err := newDelivery(ctx, name, args, meta, child)
	if err != nil {
		return nil, err
	}
	s.Config = brought.config
	ready := slices.Concat(args.Identity.Grants, brought.ready)
	if args.NetworkPolicy != nil {
		policy, err := newNetworkPolicy(ctx, name, *args.NetworkPolicy, args.Server.Port, selector, meta(args.Deployment), child)
		if err != nil {
			return nil, err
		}
		ready = append(ready, policy)
	}
	deployment, err := NewModelDeployment(ctx, name, &ModelDeploymentArgs{
		Name: args.Deployment, Namespace: args.Namespace, Labels: labels, Selector: selector,
		ServiceAccount: s.ServiceAccount, Config: s.Config, Mount: args.Mount, Claims: brought.claims,
		Fetcher: args.Fetcher, Server: args.Server,
		ModelFolder: args.ModelFolder, VolumeBytes: brought.bytes, Artifacts: args.Artifacts,
		Deadline: args.RolloutDeadline, OwnNodes: args.OwnNodes,
	}, child, pulumi.DependsOn(ready))
	if err != nil {
		return nil, err
	}
	s.Deployment = deployment.Name
	entrance := meta(args.Service)
	if len(args.ServiceAnnotations) > 0 {
		entrance.Annotations = pulumi.ToStringMap(args.ServiceAnnotations)
	}
	service, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: entrance,
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: selector,
			Ports: corev1.ServicePortArray{&corev1.ServicePortArgs{
				Name: pulumi.String(portName), Port: pulumi.Int(80), TargetPort: pulumi.String(portName),
			}},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	s.Service = service.Metadata.Name().Elem()
	s.Ready = []pulumi.Resource{deployment.deployment, service}
	if args.Monitor != nil {
		if err := newServiceMonitor(ctx, name, *args.Monitor, args.Server.MetricsPath, selector, meta(args.Deployment), child); err != nil {
			return nil, err
		}
	}
	if err := newAutoscaler(ctx, name, args.Autoscaling, s.Deployment, meta(args.Deployment), child); err != nil {
		return nil, err
	}
	// At most one pod at a time goes to a drain. A least number instead would
	// keep a service of one replica from ever leaving its node.
	_, err = policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(args.Deployment),
		Spec: &policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), Selector: &metav1.LabelSelectorArgs{MatchLabels: selector},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"deployment": s.Deployment, "service": s.Service, "config": s.Config})
}
