package components

import (
	"maps"
	"slices"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ModelService has the Kubernetes objects of one ML service.
type ModelService struct {
	pulumi.ResourceState

	// Names of the Deployment and the Service.
	Deployment, Service pulumi.StringOutput
	// Config is the name of the fetcher's ConfigMap, "" without a fetcher.
	Config pulumi.StringOutput
	// Ready are the resources that have to exist before the service can serve requests. Do not depend on the
	// component itself: that depends on those of its children that are registered by then, which varies.
	Ready []pulumi.Resource
}

// ModelServiceArgs are the arguments of NewModelService.
type ModelServiceArgs struct {
	// Namespace of the service.
	Namespace pulumi.StringInput
	// Labels of the stack on every object.
	Labels map[string]string
	// Deployment and Service are the names of both.
	Deployment, Service string
	// ModelFolder is the absolute path of the folder with the artifacts.
	ModelFolder string
	// VolumeBytes is the size limit of the folder's emptyDir.
	VolumeBytes int64
	// Artifacts of the service, the model first.
	Artifacts []config.ResolvedArtifact
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]pulumi.StringOutput
	// Fetcher has the settings of the init container.
	Fetcher FetcherArgs
	// Server has the settings of the model server's container.
	Server ServerArgs
	// Autoscaling of the pods.
	Autoscaling config.Autoscaling
	// DedicatedNodes reports whether the cluster has nodes for services only.
	DedicatedNodes bool
	// RolloutDeadline is the time limit of a rollout.
	RolloutDeadline time.Duration
	// ObjectStore has the cloud's settings of the fetcher.
	ObjectStore infra.ObjectStore
	// ServiceAccount is the name of the pods' service account.
	ServiceAccount pulumi.StringInput
	// DependsOn are the resources that have to exist before a pod starts.
	DependsOn []pulumi.Resource
	// AdmissionPolicy has to be enforced before a pod starts. It may be nil.
	AdmissionPolicy *AdmissionPolicy
	// NetworkPolicy of the pods, nil for none.
	NetworkPolicy *NetworkPolicy
	// CSIVolume mounts the buckets, nil for a fetcher.
	CSIVolume *infra.CSIVolume
	// ServiceAnnotations of the Kubernetes Service, for the ingress controller.
	ServiceAnnotations map[string]string
	// ServiceConfigObject returns a custom resource of the ingress controller for the Kubernetes Service, nil for none.
	ServiceConfigObject func(healthPath string, gracePeriodSeconds int) *infra.IngressConfigObject
	// ServiceMonitor of the Prometheus Operator, nil for none.
	ServiceMonitor *ServiceMonitor
	// PodMonitoring of Managed Service for Prometheus, nil for none.
	PodMonitoring *PodMonitoring
}

// NewModelService creates the service. The engine waits until it serves requests.
func NewModelService(ctx *pulumi.Context, name string, args *ModelServiceArgs, opts ...pulumi.ResourceOption) (*ModelService, error) {
	s := &ModelService{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelService", name, pulumi.Map{
		"deployment": pulumi.String(args.Deployment), "image": pulumi.String(args.Server.Image),
	}, s, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(s)
	selector := pulumi.StringMap{"app": pulumi.String(args.Deployment)}
	labels := serviceLabels(args.Labels, name, args.Deployment)
	meta := func(name string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: labels}
	}
	volumes, err := newArtifactVolumes(ctx, name, args, meta, parent)
	if err != nil {
		return nil, err
	}
	s.Config = volumes.configMap
	dependsOn := slices.Concat(args.DependsOn, volumes.dependsOn)
	if args.NetworkPolicy != nil {
		policy, err := newNetworkPolicy(
			ctx, name, *args.NetworkPolicy, args.Server.Port, selector, meta(args.Deployment), parent)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, policy)
	}
	deployment, err := NewModelDeployment(ctx, name, &ModelDeploymentArgs{
		Name: args.Deployment, Namespace: args.Namespace, Labels: labels, Selector: selector,
		ServiceAccount: args.ServiceAccount, Config: s.Config, CSIVolume: args.CSIVolume, Claims: volumes.claims,
		Fetcher: args.Fetcher, Server: args.Server,
		ModelFolder: args.ModelFolder, VolumeBytes: volumes.volumeBytes, Artifacts: args.Artifacts, Buckets: args.Buckets,
		Deadline: args.RolloutDeadline, DedicatedNodes: args.DedicatedNodes,
	}, append(args.AdmissionPolicy.options(), parent, pulumi.DependsOn(dependsOn))...)
	if err != nil {
		return nil, err
	}
	s.Deployment = deployment.Name
	service, err := args.newService(ctx, name, selector, meta, parent)
	if err != nil {
		return nil, err
	}
	s.Service = service.Metadata.Name().Elem()
	s.Ready = []pulumi.Resource{deployment.deployment, service}
	if args.ServiceMonitor != nil {
		if err := newServiceMonitor(
			ctx, name, *args.ServiceMonitor, args.Server.MetricsPath, selector, meta(args.Deployment), parent,
		); err != nil {
			return nil, err
		}
	}
	if args.PodMonitoring != nil {
		if err := newPodMonitoring(
			ctx, name, *args.PodMonitoring, args.Server.MetricsPath, selector, meta(args.Deployment), parent,
		); err != nil {
			return nil, err
		}
	}
	if err := newHPA(ctx, name, args.Autoscaling, s.Deployment, meta(args.Deployment), parent); err != nil {
		return nil, err
	}
	// minAvailable would block the eviction of a service with one replica.
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

// newService creates the Kubernetes Service, and the ingress controller's custom resource for it.
func (a *ModelServiceArgs) newService(
	ctx *pulumi.Context, name string, selector pulumi.StringMap, meta func(name string) *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (*corev1.Service, error) {
	serviceMeta, annotations := meta(a.Service), pulumi.ToStringMap(a.ServiceAnnotations)
	if a.ServiceConfigObject != nil {
		config := a.ServiceConfigObject(a.Server.HealthPath, a.Server.gracePeriodSeconds())
		object, annotation, err := newIngressConfigObject(ctx, name, *config, a.Service, meta(a.Service), opts...)
		if err != nil {
			return nil, err
		}
		maps.Copy(annotations, annotation)
		opts = append(slices.Clone(opts), pulumi.DependsOn([]pulumi.Resource{object}))
	}
	serviceMeta.Annotations = skipAwait(annotations)
	return corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: serviceMeta,
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: selector,
			Ports: corev1.ServicePortArray{&corev1.ServicePortArgs{
				Name: pulumi.String(portName), Port: pulumi.Int(80), TargetPort: pulumi.String(portName),
			}},
		},
	}, opts...)
}
