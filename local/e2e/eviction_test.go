//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/status"
)

// TestPodDisruptionBudget_blocksEviction drains a service's two pods as kubectl drain does: the first pod goes,
// the second one stays until there is another, and requests are served all along.
func TestPodDisruptionBudget_blocksEviction(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.setConfig("config:\n    modelferry:services: {bankchurn: {autoscaling: {min: 2, max: 2}}}\n")
		c.run("up")
		c.awaitBudget(bankchurnDeployment, 2)
		service := c.serviceWithPods("bankchurn", 2)
		probe := startProbe(t, service.URL)

		// While the node is cordoned, nothing replaces the first pod.
		t.Cleanup(func() { c.cordon(false) })
		c.cordon(true)
		require.NoError(t, c.evict(service.Pods[0].Name))
		err := c.evict(service.Pods[1].Name)
		require.True(t, apierrors.IsTooManyRequests(err), "the second eviction has to wait: %v", err)
		require.True(t, apierrors.HasStatusCause(err, policyv1.DisruptionBudgetCause), "%v", err)

		c.cordon(false)
		c.awaitBudget(bankchurnDeployment, 2)
		require.NoError(t, c.evict(service.Pods[1].Name), "another pod has replaced the first one")
		c.awaitBudget(bankchurnDeployment, 2)
		_, requests, failures := probe.result()
		require.Empty(t, failures)
		require.NotZero(t, requests)
	})
}

// TestPodDisruptionBudget_selectsPods checks that each service has a budget, and that it covers the service's pod.
func TestPodDisruptionBudget_selectsPods(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		waitFor(t, func() error {
			budgets, err := c.client().PolicyV1().PodDisruptionBudgets(namespace).List(context.Background(), metav1.ListOptions{})
			if err != nil {
				return err
			}
			require.Len(t, budgets.Items, 3)
			for _, budget := range budgets.Items {
				if budget.Status.ExpectedPods != 1 || budget.Status.DisruptionsAllowed != 1 {
					return fmt.Errorf("budget %s should cover one pod and allow one disruption: %+v", budget.Name, budget.Status)
				}
			}
			return nil
		})
	})
}

// serviceWithPods returns a service's status once it has that many pods, all of which serve.
func (c *cloud) serviceWithPods(name string, pods int) status.Service {
	c.t.Helper()
	var found status.Service
	waitFor(c.t, func() error {
		services, err := status.List(context.Background(), c.Layout)
		if err != nil {
			return err
		}
		for _, service := range services {
			if service.Name == name {
				found = service
			}
		}
		if len(found.Pods) != pods {
			return fmt.Errorf("%s should have %d pods: %+v", name, pods, found.Pods)
		}
		for _, pod := range found.Pods {
			if !pod.Ready || pod.Model == nil {
				return fmt.Errorf("pod %s of %s should serve: %+v", pod.Name, name, pod)
			}
		}
		return nil
	})
	return found
}

// awaitBudget waits until so many pods are healthy, and one of them may be evicted.
func (c *cloud) awaitBudget(name string, pods int32) {
	c.t.Helper()
	waitFor(c.t, func() error {
		budget, err := c.client().PolicyV1().PodDisruptionBudgets(namespace).Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if budget.Status.CurrentHealthy != pods || budget.Status.DisruptionsAllowed != 1 {
			return fmt.Errorf("%d pods of %s should be healthy, and one of them evictable: %+v", pods, name, budget.Status)
		}
		return nil
	})
}

func (c *cloud) evict(pod string) error {
	return c.client().PolicyV1().Evictions(namespace).Evict(context.Background(), &policyv1.Eviction{
		ObjectMeta: metav1.ObjectMeta{Name: pod, Namespace: namespace},
	})
}
