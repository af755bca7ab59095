package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// fetcherName is the name of the init container.
const fetcherName = "fetcher"

// fetcherContainer returns the init container that downloads the artifacts to the model folder. Its environment is the
// ConfigMap. The server does not start if it fails.
func (a *ModelDeploymentArgs) fetcherContainer() *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:  pulumi.String(fetcherName),
		Image: pulumi.String(a.Fetcher.Image),
		EnvFrom: corev1.EnvFromSourceArray{&corev1.EnvFromSourceArgs{
			ConfigMapRef: &corev1.ConfigMapEnvSourceArgs{Name: a.Config},
		}},
		Resources:       requirements(withEphemeralStorage(a.Fetcher.Resources, a.VolumeBytes+logBytes)),
		SecurityContext: containerSecurityContext(),
		// The fetcher writes a summary here. It is part of the message of a failed rollout.
		TerminationMessagePath:   pulumi.String("/dev/termination-log"),
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		VolumeMounts: corev1.VolumeMountArray{&corev1.VolumeMountArgs{
			Name: pulumi.String(modelVolume), MountPath: pulumi.String(a.ModelFolder),
		}},
	}
}
