package kubernetes

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// Between two looks at an object. A rollout takes a second or two at least, so that a shorter pause gains nothing.
const pollInterval = 200 * time.Millisecond

// await looks at the object until kstatus finds it ready. It returns what it saw last, with an error when the
// object failed for good, when ctx ended, or when it was deleted meanwhile.
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
		switch result.Status {
		case status.CurrentStatus:
			return live, nil
		case status.FailedStatus:
			return live, s.withDiagnosis(cluster, live, fmt.Sprintf("%s failed: %s", description, result.Message))
		}
		if time.Since(start) > time.Second { // what comes up at once needs no line
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
			return live, fmt.Errorf("%s: deleted by someone else while it was waited for", description)
		case ctx.Err() != nil: // told above, at the next turn
		case !isTransient(err):
			return live, fmt.Errorf("%s: %w", description, err)
		}
	}
}

// isTransient says whether an API server that is busy, or away for a moment, may answer the next time.
func isTransient(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) || apierrors.ReasonForError(err) == "" // no answer at all
}

// withDiagnosis adds to a failure what the object's pods have to say.
func (s *server) withDiagnosis(cluster *clusterClient, live *unstructured.Unstructured, message string) error {
	// The wait's own context has often ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	diagnosis, err := cluster.diagnose(ctx, live)
	if err != nil {
		return fmt.Errorf("%s\n(its pods could not be asked: %w)", message, err)
	}
	for _, line := range diagnosis {
		message += "\n" + line
	}
	return fmt.Errorf("%s", message)
}
