package eksidentity

import (
	"bytes"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Annotations of EKS's pod identity webhook, on service accounts unless noted.
const (
	roleAnnotation       = "eks.amazonaws.com/role-arn"
	audienceAnnotation   = "eks.amazonaws.com/audience"
	expirationAnnotation = "eks.amazonaws.com/token-expiration"
	skipAnnotation       = "eks.amazonaws.com/skip-containers" // on pods: comma-separated names
)

const (
	tokenVolume    = "aws-iam-token"
	tokenMountPath = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
)

// IRSAMutation is the mutation of pods whose service account has a role annotation.
type IRSAMutation struct {
	RoleARN    string
	Audience   string
	Expiration int64 // seconds
	Region     string
	STSURL     string // of the local STS
}

// minExpiration is the shortest expiration, in seconds, that the API server accepts.
const minExpiration = 600

// irsaMutationFor returns the mutation for a service account's annotations, or false if it has no role.
func irsaMutationFor(account *corev1.ServiceAccount, region, stsURL string) (IRSAMutation, bool) {
	role := account.Annotations[roleAnnotation]
	m := IRSAMutation{
		RoleARN: role, Audience: "sts.amazonaws.com", Expiration: 86400, Region: region, STSURL: stsURL,
	}
	if audience := account.Annotations[audienceAnnotation]; audience != "" {
		m.Audience = audience
	}
	seconds, err := strconv.ParseInt(account.Annotations[expirationAnnotation], 10, 64)
	if err == nil && seconds >= minExpiration {
		m.Expiration = seconds
	}
	return m, role != ""
}

// roleAnnotated returns the time of the last change of the service account by the client that set its role annotation.
// EKS's webhook reads service accounts from a cache, so it learns of a role late.
// https://github.com/aws/amazon-eks-pod-identity-webhook/issues/174
func roleAnnotated(account *corev1.ServiceAccount) time.Time {
	changed := account.CreationTimestamp.Time
	for _, fields := range account.ManagedFields {
		// The API server does not change the time if an update changes nothing.
		owns := fields.FieldsV1 != nil && bytes.Contains(fields.FieldsV1.Raw, []byte(`"f:`+roleAnnotation+`"`))
		if owns && fields.Time != nil && fields.Time.After(changed) {
			changed = fields.Time.Time
		}
	}
	return changed
}

// Apply adds the role, the token and the URL of STS to all containers and init containers of the pod. Environment
// variables that the pod sets stay. It reports whether it changed the pod.
func (m IRSAMutation) Apply(pod *corev1.Pod) bool {
	return podMutation{
		env: append(regionEnv(m.Region),
			corev1.EnvVar{Name: "AWS_ROLE_ARN", Value: m.RoleARN},
			corev1.EnvVar{Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Value: tokenMountPath + "/token"},
			// EKS does not set this one: the SDK derives the URL of STS from the region.
			corev1.EnvVar{Name: "AWS_ENDPOINT_URL_STS", Value: m.STSURL},
		),
		volume: tokenVolume, mountPath: tokenMountPath, file: "token", audience: m.Audience, expiration: m.Expiration,
	}.apply(pod)
}
