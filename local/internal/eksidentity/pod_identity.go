package eksidentity

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
)

// The volume and the mount path of the token for the agent, as in EKS.
const (
	podIdentityVolume = "eks-pod-identity-token"
	agentMountPath    = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
)

// applyPodIdentity adds a token for the agent, and the agent's URL, to the pod of a service account with an
// association. It reports whether it changed the pod.
func applyPodIdentity(pod *corev1.Pod, region string) bool {
	return podMutation{
		env: append(regionEnv(region),
			corev1.EnvVar{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: "http://" + PodIdentityAgentIP + credentialsPath},
			corev1.EnvVar{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Value: agentMountPath + "/" + podIdentityVolume},
		),
		volume: podIdentityVolume, mountPath: agentMountPath, file: podIdentityVolume,
		audience: trustpolicy.PodIdentityService, expiration: 86400,
	}.apply(pod)
}
