package eksidentity

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// The volume and the mount path of the token for the agent, as in EKS.
const (
	podIdentityVolume = "eks-pod-identity-token"
	agentMountPath    = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
)

// associationDelay is the time until the webhook knows of a new association. On EKS it is 5 to 10 seconds.
// https://github.com/aws/eks-pod-identity-agent/issues/52
// https://github.com/aws/amazon-eks-pod-identity-webhook/issues/264
const associationDelay = 8 * time.Second

// applyPodIdentity adds a token for the agent, and the agent's URL, to the pod of a service account with an
// association. It reports whether it changed the pod.
func applyPodIdentity(pod *corev1.Pod, region string) bool {
	return podMutation{
		env: append(regionEnv(region),
			corev1.EnvVar{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: "http://" + PodIdentityAgentIP + credentialsPath},
			corev1.EnvVar{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Value: agentMountPath + "/" + podIdentityVolume},
		),
		volume: podIdentityVolume, mountPath: agentMountPath, file: podIdentityVolume, audience: podIdentityService, expiration: 86400,
	}.apply(pod)
}
