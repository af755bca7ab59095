package components

import (
	"fmt"
	"maps"
	"time"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ModelDeployment is the Deployment of a model server. An init container downloads the model to an emptyDir, or a CSI
// driver mounts it from a bucket.
type ModelDeployment struct {
	pulumi.ResourceState

	// Name of the Deployment.
	Name pulumi.StringOutput

	deployment pulumi.Resource
}

// ModelDeploymentArgs are the arguments of NewModelDeployment.
type ModelDeploymentArgs struct {
	// Name and namespace of the Deployment.
	Name      string
	Namespace pulumi.StringInput
	// Labels and selector of the pods.
	Labels, Selector pulumi.StringMap
	// ServiceAccount of the pods.
	ServiceAccount pulumi.StringInput
	// Config is the name of the fetcher's ConfigMap. It is not used with a CSI volume.
	Config pulumi.StringInput
	// CSIVolume mounts the buckets, nil for a fetcher.
	CSIVolume *infra.CSIVolume
	// Claims are the names of the PersistentVolumeClaims by the buckets' names in the service catalogue, nil for
	// ephemeral volumes.
	Claims map[string]pulumi.StringInput
	// Fetcher has the settings of the init container.
	Fetcher FetcherArgs
	// Server has the settings of the model server's container.
	Server ServerArgs
	// ModelFolder is the absolute path of the folder with the artifacts.
	ModelFolder string
	// VolumeBytes is the size limit of the folder's emptyDir.
	VolumeBytes int64
	// Artifacts of the service, the model first.
	Artifacts []config.ResolvedArtifact
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]pulumi.StringOutput
	// DedicatedNodes reports whether the cluster has nodes for services only. The pods then require them.
	DedicatedNodes bool
	// Deadline of a rollout.
	Deadline time.Duration
}

// rolloutTimeout returns how long the engine waits for a rollout with a deadline: longer than Kubernetes, so that a
// failed rollout is reported with the reason from Kubernetes and not as a timeout of the engine.
func rolloutTimeout(deadline time.Duration) time.Duration {
	return deadline + min(deadline, time.Minute)
}

// NewModelDeployment creates the Deployment. The engine waits until its pods are ready.
func NewModelDeployment(
	ctx *pulumi.Context, name string, args *ModelDeploymentArgs, opts ...pulumi.ResourceOption,
) (*ModelDeployment, error) {
	d := &ModelDeployment{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelDeployment", name, pulumi.Map{
		"name": pulumi.String(args.Name),
	}, d, opts...); err != nil {
		return nil, err
	}
	timeout := rolloutTimeout(args.Deadline).String()
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(args.Name), Namespace: args.Namespace, Labels: args.Labels,
		},
		// Without replicas: the HPA sets them.
		Spec: &appsv1.DeploymentSpecArgs{
			Selector:                &metav1.LabelSelectorArgs{MatchLabels: args.Selector},
			ProgressDeadlineSeconds: pulumi.Int(int(args.Deadline.Seconds())),
			RevisionHistoryLimit:    pulumi.Int(3),
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				// An old pod is deleted after a new one is ready.
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
		initContainers = corev1.ContainerArray{a.fetcherContainer()}
	}
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: a.Labels, Annotations: a.annotations()},
		Spec: &corev1.PodSpecArgs{
			ServiceAccountName: a.ServiceAccount,
			// The clouds' identities do not use this token.
			AutomountServiceAccountToken:  pulumi.Bool(false),
			EnableServiceLinks:            pulumi.Bool(false),
			SecurityContext:               podSecurityContext(),
			TopologySpreadConstraints:     a.topologySpread(),
			Affinity:                      a.affinity(),
			Tolerations:                   a.tolerations(),
			InitContainers:                initContainers,
			Containers:                    corev1.ContainerArray{a.serverContainer()},
			Volumes:                       a.volumes(),
			TerminationGracePeriodSeconds: pulumi.Int(a.Server.gracePeriodSeconds()),
		},
	}
}

// volumes returns the volumes of the artifacts and of the server's /tmp.
func (a *ModelDeploymentArgs) volumes() corev1.VolumeArray {
	tmp := emptyDir(tmpVolume, tmpBytes)
	if a.CSIVolume != nil {
		return append(a.csiVolumes(), tmp)
	}
	return corev1.VolumeArray{emptyDir(modelVolume, a.VolumeBytes), tmp}
}

func emptyDir(name string, bytes int64) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{
		Name: pulumi.String(name), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(mebibytes(bytes))},
	}
}

// safeToEvictVolumes returns the volumes whose data a new pod creates again. The Cluster Autoscaler does not remove
// nodes with pods that have other local volumes.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
func (a *ModelDeploymentArgs) safeToEvictVolumes() string {
	if a.CSIVolume != nil {
		return tmpVolume
	}
	return modelVolume + "," + tmpVolume
}

// annotations returns the pods' annotations: the artifacts, and the settings of CSI driver, Cluster Autoscaler and
// Prometheus. An artifact has its digest only if the fetcher verifies it.
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
