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
const pause = 200 * time.Millisecond

// await looks at the object until kstatus finds it ready. It returns what it saw last, with an error when the
// object failed for good, when ctx ended, or when it was deleted meanwhile.
func (s *server) await(
	ctx context.Context, urn resource.URN, cluster *cluster, live *unstructured.Unstructured, limit time.Duration,
) (*unstructured.Unstructured, error) {
	what := fmt.Sprintf("%s %s", live.GetKind(), idOf(live))
	begun := time.Now()
	for {
		result, err := status.Compute(live)
		if err != nil {
			return live, fmt.Errorf("%s: read its status: %w", what, err)
		}
		switch result.Status {
		case status.CurrentStatus:
			return live, nil
		case status.FailedStatus:
			return live, s.describe(cluster, live, fmt.Sprintf("%s failed: %s", what, result.Message))
		}
		if time.Since(begun) > time.Second { // what comes up at once needs no line
			s.engine.Status(ctx, urn, result.Message)
		}
		select {
		case <-ctx.Done():
			if s.running.Err() != nil {
				return live, fmt.Errorf("%s: %w: canceled while waiting: %s", what, errNotReady, result.Message)
			}
			return live, s.describe(cluster, live, fmt.Sprintf("%s is not ready after %s: %s", what, limit, result.Message))
		case <-time.After(pause):
		}
		next, err := cluster.get(ctx, live.GroupVersionKind(), live.GetNamespace(), live.GetName())
		switch {
		case err == nil:
			live = next
		case apierrors.IsNotFound(err):
			return live, fmt.Errorf("%s: deleted by someone else while it was waited for", what)
		case ctx.Err() != nil: // told above, at the next turn
		case !transient(err):
			return live, fmt.Errorf("%s: %w", what, err)
		}
	}
}

// transient says whether an API server that is busy, or away for a moment, may answer the next time.
func transient(err error) bool {
	return apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) || apierrors.ReasonForError(err) == "" // no answer at all
}

// describe adds to a failure what the object's pods have to say.
func (s *server) describe(cluster *cluster, live *unstructured.Unstructured, message string) error {
	// The wait's own context has often ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	report, err := cluster.diagnose(ctx, live)
	if err != nil {
		return fmt.Errorf("%s\n(its pods could not be asked: %w)", message, err)
	}
	for _, line := range report {
		message += "\n" + line
	}
	return fmt.Errorf("%s", message)
}
