package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// waitForRollouts waits until the rollouts that an update has begun are complete. Pulumi's Kubernetes provider may
// return before: it takes the ReplicaSet from before for the new one, if the Deployment controller has not handled the
// change yet. before are the ReplicaSets from before the update. known is as in printNews.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/deployment.go
func (r Rollout) waitForRollouts(ctx context.Context, before map[string]types.UID, known map[string]bool) error {
	for {
		objects, err := List(ctx, r.Client, r.Namespace, "")
		if err != nil {
			return nil //nolint:nilerr // the update has succeeded, and the cluster cannot be read
		}
		r.printNews(ctx, objects, known, r.Printf)
		newest, complete := objects.newestSets(), true
		for i := range objects.Deployments {
			d := &objects.Deployments[i]
			isRolled := newest[d.Name] != before[d.Name] || d.Status.ObservedGeneration < d.Generation
			if !isRolled || len(r.Services) > 0 && !slices.Contains(r.Services, d.Labels[ServiceLabel]) {
				continue
			}
			rollout, err := rolloutStatus(d)
			if err != nil {
				return err
			}
			if rollout.Status == status.FailedStatus {
				return r.explain(ctx, fmt.Errorf("the rollout of deployment %s has failed", d.Name))
			}
			complete = complete && rollout.Status == status.CurrentStatus
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
