package eksidentity

import (
	"strconv"

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
	tokenVolume    = "aws-iam-token"
	tokenMountPath = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
)

// IRSAMutation is what a pod of an annotated service account gets.
type IRSAMutation struct {
	RoleARN    string
	Audience   string
	Expiration int64 // seconds
	Region     string
	STSURL     string // URL of the local token service
}

// irsaMutationFor reads the service account's annotations; false when it has no role.
func irsaMutationFor(account *corev1.ServiceAccount, region, sts string) (IRSAMutation, bool) {
	role := account.Annotations[roleAnnotation]
	i := IRSAMutation{
		RoleARN: role, Audience: "sts.amazonaws.com", Expiration: 86400, Region: region, STSURL: sts,
	}
	if audience := account.Annotations[audienceAnnotation]; audience != "" {
		i.Audience = audience
	}
	if seconds, err := strconv.ParseInt(account.Annotations[expirationAnnotation], 10, 64); err == nil && seconds >= 600 {
		i.Expiration = seconds // the API server accepts no shorter one
	}
	return i, role != ""
}

// Apply gives every container of a pod, and every init container, the role, the token and where to change
// it. What the pod itself sets stays. The pod is changed in place; false says that there was nothing to do.
func (i IRSAMutation) Apply(pod *corev1.Pod) bool {
	return podMutation{
		env: append(regionEnv(i.Region),
			corev1.EnvVar{Name: "AWS_ROLE_ARN", Value: i.RoleARN},
			corev1.EnvVar{Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Value: tokenMountPath + "/token"},
			// The one that EKS does not set: there, the SDK finds STS by the region.
			corev1.EnvVar{Name: "AWS_ENDPOINT_URL_STS", Value: i.STSURL},
		),
		volume: tokenVolume, mountPath: tokenMountPath, file: "token", audience: i.Audience, expiration: i.Expiration,
	}.apply(pod)
}
