package eksidentity

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// podMutation adds environment variables and a mounted service account token to a pod's containers.
type podMutation struct {
	env                               []corev1.EnvVar
	volume, mountPath, file, audience string
	expiration                        int64 // seconds
}

// regionEnv returns the variables of IRSA and of Pod Identity.
func regionEnv(region string) []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "AWS_STS_REGIONAL_ENDPOINTS", Value: "regional"},
		{Name: "AWS_DEFAULT_REGION", Value: region},
		{Name: "AWS_REGION", Value: region},
	}
}

// apply changes the pod and reports whether there was anything to change.
func (m podMutation) apply(pod *corev1.Pod) bool {
	skippedContainers := strings.Split(pod.Annotations[skipAnnotation], ",")
	changed := false
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			if !slices.Contains(skippedContainers, containers[i].Name) {
				changed = m.applyToContainer(&containers[i]) || changed
			}
		}
	}
	if changed && !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == m.volume }) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{
			Name: m.volume,
			VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
					Audience: m.audience, ExpirationSeconds: &m.expiration, Path: m.file,
				}}},
			}},
		})
	}
	return changed
}

func (m podMutation) applyToContainer(container *corev1.Container) bool {
	changed := false
	for _, variable := range m.env {
		if variable.Value == "" || slices.ContainsFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == variable.Name }) {
			continue
		}
		container.Env = append(container.Env, variable)
		changed = true
	}
	if !slices.ContainsFunc(container.VolumeMounts, func(v corev1.VolumeMount) bool { return v.MountPath == m.mountPath }) {
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: m.volume, MountPath: m.mountPath, ReadOnly: true,
		})
		changed = true
	}
	return changed
}
