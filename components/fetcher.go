package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// fetcher returns the init container: it reads the ConfigMap, fills the model
// folder and ends; the server starts only if it ended well.
func (a *ModelDeploymentArgs) fetcher() *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:  pulumi.String("fetcher"),
		Image: pulumi.String(a.Fetcher.Image),
		EnvFrom: corev1.EnvFromSourceArray{&corev1.EnvFromSourceArgs{
			ConfigMapRef: &corev1.ConfigMapEnvSourceArgs{Name: a.Config},
		}},
		Resources:       a.Fetcher.Resources.withStorage(a.VolumeBytes + logBytes).requirements(),
		SecurityContext: containerSecurityContext(),
		// The fetcher leaves a summary here, which a failed rollout shows.
		TerminationMessagePath:   pulumi.String("/dev/termination-log"),
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		VolumeMounts: corev1.VolumeMountArray{&corev1.VolumeMountArgs{
			Name: pulumi.String(modelVolume), MountPath: pulumi.String(a.ModelFolder),
		}},
	}
}
