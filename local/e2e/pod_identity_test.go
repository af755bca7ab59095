//go:build e2e

package e2e

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestPodIdentity_appliesOnRestart switches from IRSA to Pod Identity and back, as docs/operations.md describes.
// A pod keeps the identity that it was created with, so the change rolls no pod, and a restart applies it.
func TestPodIdentity_appliesOnRestart(t *testing.T) {
	const irsa, podIdentity = "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	forStack(t, "eks", func(c *cloud) {
		t := c.t
		c.start()
		t.Cleanup(func() { // After the configuration was put back.
			if !slices.Contains(c.fetcherEnv(c.pod("bankchurn").Name), irsa) {
				c.restart("bankchurn", bankchurnDeployment)
			}
		})
		before := c.pod("bankchurn").Name
		require.Contains(t, c.fetcherEnv(before), irsa)
		c.setConfig("config:\n    modelferry:identity: podIdentity\n")
		c.run("up")
		require.Equal(t, before, c.pod("bankchurn").Name)
		// A small artifact is fetched before the policies of a new pod are in force, so the rollout does not show it.
		const agent = "tcp://169.254.170.23:80"
		require.Empty(t, c.probeFromService("bankchurn", agent)[agent], "the policy has to allow the agent")

		restarted := c.restart("bankchurn", bankchurnDeployment)
		require.Contains(t, c.fetcherEnv(restarted), podIdentity)
		require.NotContains(t, c.fetcherEnv(restarted), irsa)
		require.Equal(t, c.publishedModel("bankchurn").SHA256, c.pod("bankchurn").Model.SHA256,
			"fetched with the role that the node's agent hands out")

		c.restoreConfig()
		require.Equal(t, restarted, c.pod("bankchurn").Name)
		restarted = c.restart("bankchurn", bankchurnDeployment)
		require.Contains(t, c.fetcherEnv(restarted), irsa)
		require.NotContains(t, c.fetcherEnv(restarted), podIdentity)
		require.Equal(t, c.publishedDigests(), c.digests())
	})
}

// fetcherEnv returns the names of the environment variables of a pod's fetcher, also those that admission added.
func (c *cloud) fetcherEnv(pod string) []string {
	c.t.Helper()
	live, err := c.client().CoreV1().Pods(namespace).Get(context.Background(), pod, metav1.GetOptions{})
	require.NoError(c.t, err)
	containers := live.Spec.InitContainers
	fetcher := slices.IndexFunc(containers, func(container corev1.Container) bool { return container.Name == "fetcher" })
	require.GreaterOrEqual(c.t, fetcher, 0)
	var names []string
	for _, variable := range containers[fetcher].Env {
		names = append(names, variable.Name)
	}
	return names
}
