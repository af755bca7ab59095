package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// waitForRollouts waits until the rollouts that an update has begun are complete. Pulumi's Kubernetes provider may
// return before: it takes the ReplicaSet from before for the new one, if the Deployment controller has not handled the
// change yet. before are the ReplicaSets from before the update. known is as in printNews.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/deployment.go
func (r Rollout) waitForRollouts(ctx context.Context, before map[string]types.UID, known map[string]bool) error {
	for {
		r.printNews(ctx, known, r.Printf)
		deployments, newest, err := r.newestSets(ctx)
		if err != nil {
			return nil //nolint:nilerr // the update has succeeded, and the cluster cannot be read
		}
		complete := true
		for i := range deployments {
			d := &deployments[i]
			isRolled := newest[d.Name] != before[d.Name] || d.Status.ObservedGeneration < d.Generation
			if !isRolled || len(r.Services) > 0 && !slices.Contains(r.Services, d.Labels[ServiceLabel]) {
				continue
			}
			if missedDeadline(d) {
				return r.explain(ctx, fmt.Errorf("the rollout of deployment %s has failed", d.Name))
			}
			complete = complete && isComplete(d)
		}
		if complete {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollInterval):
		}
	}
}

// newestSets returns the Deployments, and the ReplicaSet of each one's current revision by its name.
func (r Rollout) newestSets(ctx context.Context) ([]appsv1.Deployment, map[string]types.UID, error) {
	deployments, err := r.Client.AppsV1().Deployments(r.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, err
	}
	sets, err := r.Client.AppsV1().ReplicaSets(r.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, err
	}
	newest := map[string]types.UID{}
	for i := range deployments.Items {
		if set := NewestReplicaSet(sets.Items, deployments.Items[i].UID); set != nil {
			newest[deployments.Items[i].Name] = set.UID
		}
	}
	return deployments.Items, newest, nil
}

// isComplete reports whether a rollout is complete, by the rules of kubectl rollout status.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
func isComplete(d *appsv1.Deployment) bool {
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas >= wanted && s.Replicas <= s.UpdatedReplicas &&
		s.AvailableReplicas >= s.UpdatedReplicas
}

// missedDeadline reports whether Kubernetes has given up a rollout after progressDeadlineSeconds.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
func missedDeadline(d *appsv1.Deployment) bool {
	return d.Status.ObservedGeneration >= d.Generation &&
		slices.ContainsFunc(d.Status.Conditions, func(c appsv1.DeploymentCondition) bool {
			return c.Type == appsv1.DeploymentProgressing && c.Status == corev1.ConditionFalse && c.Reason == "ProgressDeadlineExceeded"
		})
}
