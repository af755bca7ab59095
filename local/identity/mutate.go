package identity

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Annotations that EKS's own webhook knows, on the service account or, but for the role, on the pod.
const (
	roleAnnotation       = "eks.amazonaws.com/role-arn"
	audienceAnnotation   = "eks.amazonaws.com/audience"
	expirationAnnotation = "eks.amazonaws.com/token-expiration"
	skipAnnotation       = "eks.amazonaws.com/skip-containers" // on the pod, names with commas between
)

const (
	tokenVolume = "aws-iam-token"
	tokenFolder = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
)

// Injection is what a pod of an annotated service account gets.
type Injection struct {
	RoleARN    string
	Audience   string
	Expiration int64 // seconds
	Region     string
	STS        string // URL of the local token service
}

// injectionFor reads the service account's annotations; false when it has no role.
func injectionFor(account *corev1.ServiceAccount, region, sts string) (Injection, bool) {
	role := account.Annotations[roleAnnotation]
	i := Injection{
		RoleARN: role, Audience: "sts.amazonaws.com", Expiration: 86400, Region: region, STS: sts,
	}
	if audience := account.Annotations[audienceAnnotation]; audience != "" {
		i.Audience = audience
	}
	if seconds, err := strconv.ParseInt(account.Annotations[expirationAnnotation], 10, 64); err == nil && seconds >= 600 {
		i.Expiration = seconds // the API server accepts no shorter one
	}
	return i, role != ""
}

// Inject gives every container of a pod, and every init container, the role, the token and where to change
// it. What the pod itself sets stays. The pod is changed in place; false says that there was nothing to do.
func (i Injection) Inject(pod *corev1.Pod) bool {
	skipped := strings.Split(pod.Annotations[skipAnnotation], ",")
	changed := false
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for c := range containers {
			if !slices.Contains(skipped, containers[c].Name) {
				changed = i.into(&containers[c]) || changed
			}
		}
	}
	if changed && !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == tokenVolume }) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{
			Name: tokenVolume,
			VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{
					Audience: i.Audience, ExpirationSeconds: &i.Expiration, Path: "token",
				}}},
			}},
		})
	}
	return changed
}

func (i Injection) into(container *corev1.Container) bool {
	changed := false
	for _, variable := range []corev1.EnvVar{
		{Name: "AWS_STS_REGIONAL_ENDPOINTS", Value: "regional"},
		{Name: "AWS_DEFAULT_REGION", Value: i.Region},
		{Name: "AWS_REGION", Value: i.Region},
		{Name: "AWS_ROLE_ARN", Value: i.RoleARN},
		{Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Value: tokenFolder + "/token"},
		// The one that EKS does not set: there, the SDK finds STS by the region.
		{Name: "AWS_ENDPOINT_URL_STS", Value: i.STS},
	} {
		if variable.Value == "" || slices.ContainsFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == variable.Name }) {
			continue
		}
		container.Env = append(container.Env, variable)
		changed = true
	}
	if !slices.ContainsFunc(container.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == tokenFolder }) {
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: tokenVolume, MountPath: tokenFolder, ReadOnly: true,
		})
		changed = true
	}
	return changed
}
