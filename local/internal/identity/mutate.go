package identity

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
	return injected{
		env: append(inRegion(i.Region),
			corev1.EnvVar{Name: "AWS_ROLE_ARN", Value: i.RoleARN},
			corev1.EnvVar{Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Value: tokenFolder + "/token"},
			// The one that EKS does not set: there, the SDK finds STS by the region.
			corev1.EnvVar{Name: "AWS_ENDPOINT_URL_STS", Value: i.STS},
		),
		volume: tokenVolume, folder: tokenFolder, file: "token", audience: i.Audience, expiration: i.Expiration,
	}.into(pod)
}
