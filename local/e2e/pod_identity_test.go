//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// podIdentity goes over to Pod Identity and back, as docs/operations.md tells
// a person to: a pod keeps the way that it was made with, so the change rolls
// none, and a restart takes up the new one.
func podIdentity(t *testing.T, c cloud, first map[string]string) {
	if c.Stack != "eks" {
		return // GKE has one way
	}
	const deployment, irsa, agent = "bankchurn-predictor", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	config := filepath.Join(c.Dir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte("config:\n    modelferry:identity: podIdentity\n"), 0o644))
	before := c.pod("bankchurn").Name
	require.Contains(t, c.fetcherEnv(before), irsa)
	c.run("up")
	require.Equal(t, before, c.pod("bankchurn").Name)

	after := c.restart("bankchurn", deployment)
	require.Contains(t, c.fetcherEnv(after), agent)
	require.NotContains(t, c.fetcherEnv(after), irsa)
	require.Equal(t, first["bankchurn"], c.pod("bankchurn").Model.SHA256, "fetched by the role that the node's agent hands out")

	require.NoError(t, os.Remove(config))
	c.run("up")
	again := c.restart("bankchurn", deployment)
	require.Contains(t, c.fetcherEnv(again), irsa)
	require.NotContains(t, c.fetcherEnv(again), agent)
	require.Equal(t, first, digests(c))
}

// restart rolls a Deployment as kubectl rollout restart does, and returns the name of the new pod.
func (c cloud) restart(service, deployment string) string {
	c.t.Helper()
	old := c.pod(service).Name
	patch := fmt.Appendf(nil, `{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":%q}}}}}`, time.Now().Format(time.RFC3339Nano))
	_, err := c.client().AppsV1().Deployments(namespace).Patch(context.Background(), deployment, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	require.NoError(c.t, err)
	require.Eventually(c.t, func() bool {
		pods := c.services()[service].Pods
		return len(pods) == 1 && pods[0].Ready && pods[0].Name != old
	}, time.Minute, 200*time.Millisecond, "%s should have rolled", deployment)
	return c.pod(service).Name
}

// fetcherEnv are the names of the variables that a pod's fetcher has, those that admission put there included.
func (c cloud) fetcherEnv(pod string) []string {
	c.t.Helper()
	found, err := c.client().CoreV1().Pods(namespace).Get(context.Background(), pod, metav1.GetOptions{})
	require.NoError(c.t, err)
	k := slices.IndexFunc(found.Spec.InitContainers, func(each corev1.Container) bool { return each.Name == "fetcher" })
	require.GreaterOrEqual(c.t, k, 0)
	var names []string
	for _, variable := range found.Spec.InitContainers[k].Env {
		names = append(names, variable.Name)
	}
	return names
}
