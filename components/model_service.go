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
	// DedicatedNodes tells that the services have nodes of their own.
	DedicatedNodes bool
	// RolloutDeadline is how long a new release may take.
	RolloutDeadline time.Duration
	// ObjectStore and Identity are the cloud's.
	ObjectStore ObjectStore
	Identity    WorkloadIdentity
	// NetworkPolicy of the pods, nil for none.
	NetworkPolicy *NetworkPolicy
	// CSIVolume is how buckets are mounted in place of being copied from, nil for a fetcher.
	CSIVolume *CSIVolume
	// ServiceAnnotations are the Kubernetes Service's, for a load balancer's controller.
	ServiceAnnotations map[string]string
	// ServiceMonitor for a Prometheus Operator, nil for none.
	ServiceMonitor *ServiceMonitor
}

// NewModelService makes the service and waits until it serves.
func NewModelService(ctx *pulumi.Context, name string, args *ModelServiceArgs, opts ...pulumi.ResourceOption) (*ModelService, error) {
	s := &ModelService{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelService", name, pulumi.Map{
		"deployment": pulumi.String(args.Deployment), "image": pulumi.String(args.Server.Image),
	}, s, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(s)
	selector := pulumi.StringMap{"app": pulumi.String(args.Deployment)}
	labels := objectLabels(args.Labels, map[string]string{
		"app": args.Deployment, "app.kubernetes.io/name": name, "tier": "ml-service",
	})
	meta := func(name string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels}
	}
	serviceAccountMeta := meta(args.Deployment)
	serviceAccountMeta.Annotations = args.Identity.Annotations
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: serviceAccountMeta, AutomountServiceAccountToken: pulumi.Bool(false),
	}, parent)
	if err != nil {
		return nil, err
	}
	s.ServiceAccount = account.Metadata.Name().Elem()
	volumes, err := newArtifactVolumes(ctx, name, args, meta, parent)
	if err != nil {
		return nil, err
	}
	s.Config = volumes.configMap
	dependsOn := slices.Concat(args.Identity.DependsOn, volumes.ready)
	if args.NetworkPolicy != nil {
		policy, err := newNetworkPolicy(ctx, name, *args.NetworkPolicy, args.Server.Port, selector, meta(args.Deployment), parent)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, policy)
	}
	deployment, err := NewModelDeployment(ctx, name, &ModelDeploymentArgs{
		Name: args.Deployment, Namespace: args.Namespace, Labels: labels, Selector: selector,
		ServiceAccount: s.ServiceAccount, Config: s.Config, CSIVolume: args.CSIVolume, Claims: volumes.claims,
		Fetcher: args.Fetcher, Server: args.Server,
		ModelFolder: args.ModelFolder, VolumeBytes: volumes.volumeBytes, Artifacts: args.Artifacts,
		Deadline: args.RolloutDeadline, DedicatedNodes: args.DedicatedNodes,
	}, parent, pulumi.DependsOn(dependsOn))
	if err != nil {
		return nil, err
	}
	s.Deployment = deployment.Name
	serviceMeta := meta(args.Service)
	if len(args.ServiceAnnotations) > 0 {
		serviceMeta.Annotations = pulumi.ToStringMap(args.ServiceAnnotations)
	}
	service, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: serviceMeta,
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: selector,
			Ports: corev1.ServicePortArray{&corev1.ServicePortArgs{
				Name: pulumi.String(portName), Port: pulumi.Int(80), TargetPort: pulumi.String(portName),
			}},
		},
	}, parent)
	if err != nil {
		return nil, err
	}
	s.Service = service.Metadata.Name().Elem()
	s.Ready = []pulumi.Resource{deployment.deployment, service}
	if args.ServiceMonitor != nil {
		if err := newServiceMonitor(ctx, name, *args.ServiceMonitor, args.Server.MetricsPath, selector, meta(args.Deployment), parent); err != nil {
			return nil, err
		}
	}
	if err := newHPA(ctx, name, args.Autoscaling, s.Deployment, meta(args.Deployment), parent); err != nil {
		return nil, err
	}
	// At most one pod at a time goes to a drain. A least number instead would
	// keep a service of one replica from ever leaving its node.
	_, err = policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(args.Deployment),
		Spec: &policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), Selector: &metav1.LabelSelectorArgs{MatchLabels: selector},
		},
	}, parent)
	if err != nil {
		return nil, err
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"deployment": s.Deployment, "service": s.Service, "config": s.Config})
}
