package components

import (
	"fmt"
	"maps"
	"time"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ModelDeployment runs a model server whose model an init container, the
// fetcher, has brought into an emptyDir before it starts; or one that reads it
// from a bucket that the cloud's driver mounts.
type ModelDeployment struct {
	pulumi.ResourceState

	// Name of the Deployment.
	Name pulumi.StringOutput

	deployment pulumi.Resource
}

// ModelDeploymentArgs says what to run.
type ModelDeploymentArgs struct {
	// Name of the Deployment; Namespace, Labels and Selector of its pods.
	Name             string
	Namespace        pulumi.StringInput
	Labels, Selector pulumi.StringMap
	// ServiceAccount that the pods run as.
	ServiceAccount pulumi.StringInput
	// Config is the name of the ConfigMap that the fetcher reads, nil where there is no fetcher.
	Config pulumi.StringInput
	// CSIVolume is how buckets are mounted in place of being copied from, nil for a
	// fetcher; Claims are the claims for them by the buckets' names, nil where
	// the pods name the buckets themselves.
	CSIVolume *CSIVolume
	Claims    map[string]pulumi.StringInput
	// Fetcher and Server are the two containers.
	Fetcher FetcherArgs
	Server  ServerArgs
	// ModelFolder is where the artifacts appear; copies of them may take up to VolumeBytes.
	ModelFolder string
	VolumeBytes int64
	// Artifacts that the server needs.
	Artifacts []Artifact
	// DedicatedNodes tells that the services have nodes of their own.
	DedicatedNodes bool
	// Deadline of a rollout.
	Deadline time.Duration
}

// rolloutTimeoutMargin is how much longer the engine waits than Kubernetes: so a rollout
// that is late ends with Kubernetes' own reason, not with a bare timeout.
const rolloutTimeoutMargin = time.Minute

// NewModelDeployment makes the Deployment and waits until its pods are ready.
func NewModelDeployment(ctx *pulumi.Context, name string, args *ModelDeploymentArgs, opts ...pulumi.ResourceOption) (*ModelDeployment, error) {
	d := &ModelDeployment{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelDeployment", name, pulumi.Map{
		"name": pulumi.String(args.Name),
	}, d, opts...); err != nil {
		return nil, err
	}
	timeout := (args.Deadline + rolloutTimeoutMargin).String()
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(args.Name), Namespace: args.Namespace, Labels: args.Labels},
		// No replicas: their number is the autoscaler's.
		Spec: &appsv1.DeploymentSpecArgs{
			Selector:                &metav1.LabelSelectorArgs{MatchLabels: args.Selector},
			ProgressDeadlineSeconds: pulumi.Int(int(args.Deadline.Seconds())),
			RevisionHistoryLimit:    pulumi.Int(3),
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				// The old pod goes when the new one serves, not before.
				RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
			},
			Template: args.podTemplate(),
		},
	}, pulumi.Parent(d), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: timeout, Update: timeout}))
	if err != nil {
		return nil, err
	}
	d.Name, d.deployment = deployment.Metadata.Name().Elem(), deployment
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"name": d.Name})
}

// Names of the pod's volumes.
const (
	modelVolume = "models"
	tmpVolume   = "tmp"
)

func (a *ModelDeploymentArgs) podTemplate() *corev1.PodTemplateSpecArgs {
	var initContainers corev1.ContainerArray
	if a.CSIVolume == nil {
		initContainers = corev1.ContainerArray{a.fetcher()}
	}
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: a.Labels, Annotations: a.annotations()},
		Spec: &corev1.PodSpecArgs{
			ServiceAccountName: a.ServiceAccount,
			// Where an identity needs a token, its cloud brings one of its own.
			AutomountServiceAccountToken: pulumi.Bool(false),
			EnableServiceLinks:           pulumi.Bool(false),
			SecurityContext:              podSecurityContext(),
			TopologySpreadConstraints:    a.topologySpread(),
			Affinity:                     a.affinity(),
			Tolerations:                  a.tolerations(),
			InitContainers:               initContainers,
			Containers:                   corev1.ContainerArray{a.server()},
			Volumes:                      a.volumes(),
			// The preStop hook's time is part of it.
			TerminationGracePeriodSeconds: pulumi.Int(a.Server.preStopSeconds() + drainSeconds),
		},
	}
}

// volumes are what the artifacts are in, and the server's /tmp.
func (a *ModelDeploymentArgs) volumes() corev1.VolumeArray {
	tmp := emptyDir(tmpVolume, tmpBytes)
	if a.CSIVolume != nil {
		return append(a.csiVolumes(), tmp)
	}
	return corev1.VolumeArray{emptyDir(modelVolume, a.VolumeBytes), tmp}
}

func emptyDir(name string, bytes int64) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(mebibytes(bytes))}}
}

// safeToEvictVolumes lists the volumes that a pod brings again wherever it starts next. A
// nodes' autoscaler keeps nodes for the sake of others, which it believes to
// hold what is nowhere else.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
func (a *ModelDeploymentArgs) safeToEvictVolumes() string {
	if a.CSIVolume != nil {
		return tmpVolume
	}
	return modelVolume + "," + tmpVolume
}

// annotations say which artifacts a pod was made for, and where its metrics
// are. A digest stands there only where it was compared.
func (a *ModelDeploymentArgs) annotations() pulumi.StringMap {
	annotations := pulumi.StringMap{}
	if a.CSIVolume != nil {
		annotations = pulumi.ToStringMap(a.CSIVolume.Annotations)
	}
	annotations["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"] = pulumi.String(a.safeToEvictVolumes())
	for _, artifact := range a.Artifacts {
		digest := ""
		if artifact.SHA256 != "" && a.CSIVolume == nil {
			digest = "@sha256:" + artifact.SHA256
		}
		annotations[fmt.Sprintf("artifact.modelferry.dev/%s", artifact.Name)] = pulumi.String(artifact.Path + digest)
	}
	if a.Server.MetricsPath != "" && a.Server.ScrapeAnnotations {
		maps.Copy(annotations, prometheusAnnotations(a.Server.Port, a.Server.MetricsPath))
	}
	return annotations
}
