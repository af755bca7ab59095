package eksidentity

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// podMutation is what a pod gets: variables for each container, and a token in a folder.
type podMutation struct {
	env                               []corev1.EnvVar
	volume, mountPath, file, audience string
	expiration                        int64 // seconds
}

// regionEnv are the variables that both ways of EKS set.
func regionEnv(region string) []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "AWS_STS_REGIONAL_ENDPOINTS", Value: "regional"},
		{Name: "AWS_DEFAULT_REGION", Value: region},
		{Name: "AWS_REGION", Value: region},
	}
}

// apply changes the pod in place; false says that there was nothing to do.
func (i podMutation) apply(pod *corev1.Pod) bool {
	skipped := strings.Split(pod.Annotations[skipAnnotation], ",")
	changed := false
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for c := range containers {
			if !slices.Contains(skipped, containers[c].Name) {
				changed = i.applyToContainer(&containers[c]) || changed
			}
		}
	}
	if changed && !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == i.volume }) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{
			Name: i.volume,
			VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
					Audience: i.audience, ExpirationSeconds: &i.expiration, Path: i.file,
				}}},
			}},
		})
	}
	return changed
}

func (i podMutation) applyToContainer(container *corev1.Container) bool {
	changed := false
	for _, variable := range i.env {
		if variable.Value == "" || slices.ContainsFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == variable.Name }) {
			continue
		}
		container.Env = append(container.Env, variable)
		changed = true
	}
	if !slices.ContainsFunc(container.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == i.mountPath }) {
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: i.volume, MountPath: i.mountPath, ReadOnly: true,
		})
		changed = true
	}
	return changed
}
