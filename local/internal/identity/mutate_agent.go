package identity

import corev1 "k8s.io/api/core/v1"

// The names that EKS gives to a token for its agent.
const (
	agentVolume = "eks-pod-identity-token"
	agentFolder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
)

// injectAgent gives a pod of an associated service account a token for the agent, and where the agent is.
func injectAgent(pod *corev1.Pod, region string) bool {
	return injected{
		env: append(inRegion(region),
			corev1.EnvVar{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: "http://" + AgentAddress + agentPath},
			corev1.EnvVar{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Value: agentFolder + "/" + agentVolume},
		),
		volume: agentVolume, folder: agentFolder, file: agentVolume, audience: agentService, expiration: 86400,
	}.into(pod)
}
