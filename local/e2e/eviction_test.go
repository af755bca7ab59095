//go:build e2e

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// evicts drains a service's pods as kubectl drain does, two at once: one goes,
// the other one stays until there is another, and requests are served all along.
func evicts(t *testing.T, c cloud) {
	const deployment = "bankchurn-predictor"
	c.scale(deployment, 2)
	defer func() {
		c.scale(deployment, 1)
		c.pod("bankchurn")
	}()
	c.awaitBudget(deployment, 2)
	service := c.services()["bankchurn"]
	require.Len(t, service.Pods, 2)
	watch := begin(service.URL)

	require.NoError(t, c.evict(service.Pods[0].Name))
	err := c.evict(service.Pods[1].Name)
	require.True(t, apierrors.IsTooManyRequests(err), "the second eviction has to wait: %v", err)
	require.True(t, apierrors.HasStatusCause(err, policyv1.DisruptionBudgetCause), "%v", err)

	c.awaitBudget(deployment, 2)
	require.NoError(t, c.evict(service.Pods[1].Name), "another pod has taken the first one's place")
	c.awaitBudget(deployment, 2)
	_, answers, failed := watch.end()
	require.Empty(t, failed)
	require.NotZero(t, answers)
}

// scale sets a Deployment's replicas, as its autoscaler would.
func (c cloud) scale(deployment string, replicas int32) {
	c.t.Helper()
	deployments := c.client().AppsV1().Deployments(namespace)
	scale, err := deployments.GetScale(context.Background(), deployment, metav1.GetOptions{})
	require.NoError(c.t, err)
	scale.Spec.Replicas = replicas
	_, err = deployments.UpdateScale(context.Background(), deployment, scale, metav1.UpdateOptions{})
	require.NoError(c.t, err)
}

// awaitBudget waits until so many pods are healthy, and one of them may go.
func (c cloud) awaitBudget(name string, pods int32) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		budget, err := c.client().PolicyV1().PodDisruptionBudgets(namespace).Get(context.Background(), name, metav1.GetOptions{})
		return err == nil && budget.Status.CurrentHealthy == pods && budget.Status.DisruptionsAllowed == 1
	}, time.Minute, 100*time.Millisecond, "%d pods of %s should be healthy", pods, name)
}

func (c cloud) evict(pod string) error {
	return c.client().PolicyV1().Evictions(namespace).Evict(context.Background(), &policyv1.Eviction{
		ObjectMeta: metav1.ObjectMeta{Name: pod, Namespace: namespace},
	})
}
