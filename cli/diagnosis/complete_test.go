package diagnosis

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func rollingDeployment(
	generation, observed int64, updated, total, available int32, conditions ...appsv1.DeploymentCondition,
) *appsv1.Deployment {
	d := deployment("churn", conditions...)
	d.Generation, d.Labels = generation, map[string]string{ServiceLabel: "churn"}
	d.Status.ObservedGeneration = observed
	d.Status.UpdatedReplicas, d.Status.Replicas, d.Status.AvailableReplicas = updated, total, available
	return d
}

var (
	apps        = appsv1.SchemeGroupVersion
	deployments = apps.WithResource("deployments")
)

// The engine reports success although the new pods are not ready: the rollout is waited for.
func TestRollout_waitsAfterSuccess(t *testing.T) {
	for name, failed := range map[string]bool{"complete": false, "failed": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := fake.NewClientset(rollingDeployment(1, 1, 1, 1, 1), replicaSet("old", "churn", "1"))
				started := time.Now()
				update := func(context.Context) error {
					// The controller has not handled the change yet.
					require.NoError(t, client.Tracker().Update(deployments, rollingDeployment(2, 1, 1, 1, 1), "ml"))
					go func() {
						time.Sleep(3 * time.Second)
						assert.NoError(t, client.Tracker().Add(replicaSet("new", "churn", "2")))
						assert.NoError(t, client.Tracker().Update(deployments, rollingDeployment(2, 2, 1, 2, 1), "ml"))
						time.Sleep(12 * time.Second)
						after := rollingDeployment(2, 2, 1, 1, 1)
						if failed {
							after = rollingDeployment(2, 2, 1, 2, 1, late())
						}
						assert.NoError(t, client.Tracker().Update(deployments, after, "ml"))
					}()
					return nil
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				err := Rollout{Client: client, Namespace: "ml", Printf: func(string, ...any) {}}.Follow(ctx, update)
				require.GreaterOrEqual(t, time.Since(started), 15*time.Second)
				if !failed {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, "the rollout of deployment churn has failed\nDeployment churn is not ready")
			})
		})
	}
}

// A Deployment that the update has not changed is not waited for, and neither are those of other services.
func TestRollout_waitsForItsRolloutsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pending := rollingDeployment(1, 1, 0, 1, 0)
		client := fake.NewClientset(pending, replicaSet("old", "churn", "1"))
		started := time.Now()
		rollout := Rollout{Client: client, Namespace: "ml", Printf: func(string, ...any) {}}
		require.NoError(t, rollout.Follow(t.Context(), func(context.Context) error { return nil }))
		rollout.Services = []string{"taxi"}
		require.NoError(t, rollout.Follow(t.Context(), func(context.Context) error {
			return client.Tracker().Update(deployments, rollingDeployment(2, 1, 0, 1, 0), "ml")
		}))
		require.Less(t, time.Since(started), pollInterval)
	})
}
