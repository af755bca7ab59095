package kubernetes

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"github.com/modelferry/modelferry/cli/diagnosis"
)

// pollInterval is the time between two reads of an object. A rollout takes seconds, so a shorter one gains nothing.
const pollInterval = 200 * time.Millisecond

// await polls the object until kstatus reports it as current. It returns the last version that it read, with an error
// if the object failed, ctx ended or the object was deleted.
func (s *server) await(
	ctx context.Context, urn resource.URN, cluster *clusterClient, live *unstructured.Unstructured, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	description := fmt.Sprintf("%s %s", live.GetKind(), objectID(live))
	start := time.Now()
	for {
		result, err := status.Compute(live)
		if err != nil {
			return live, fmt.Errorf("%s: read its status: %w", description, err)
		}
		if result.Status == status.CurrentStatus {
			return live, nil
		}
		if result.Status == status.FailedStatus {
			return live, s.withDiagnosis(cluster, live, fmt.Sprintf("%s failed: %s", description, result.Message))
		}
		if time.Since(start) > time.Second { // no status for objects that are ready at once
			s.host.LogStatus(ctx, urn, result.Message)
		}
		select {
		case <-ctx.Done():
			if s.operations.Err() != nil {
				return live, fmt.Errorf("%s: %w: canceled while waiting: %s", description, errNotReady, result.Message)
			}
			return live, s.withDiagnosis(cluster, live, fmt.Sprintf("%s is not ready after %s: %s", description, timeout, result.Message))
		case <-time.After(pollInterval):
		}
		next, err := cluster.get(ctx, live.GroupVersionKind(), live.GetNamespace(), live.GetName())
		switch {
		case err == nil:
			live = next
		case apierrors.IsNotFound(err):
			return live, fmt.Errorf("%s: deleted while waiting for its readiness", description)
		case ctx.Err() != nil: // handled in the next iteration
		case !isTransient(err):
			return live, fmt.Errorf("%s: %w", description, err)
		}
	}
}

// isTransient reports whether a request may succeed if it is retried: the API server is busy or not reachable.
func isTransient(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) ||
		apierrors.ReasonForError(err) == metav1.StatusReasonUnknown // no response at all
}

// withDiagnosis returns an error with the message and the problems of the object's pods.
func (s *server) withDiagnosis(cluster *clusterClient, live *unstructured.Unstructured, message string) error {
	// The context of the operation has often ended.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	findings, err := diagnosis.Find(ctx, cluster.clientset, live.GetNamespace())
	if err != nil {
		return fmt.Errorf("%s\n(cannot read its pods: %w)", message, err)
	}
	for _, finding := range findings {
		if finding.Deployment == live.GetName() {
			message += "\n" + finding.String()
		}
	}
	return fmt.Errorf("%s", message)
}
