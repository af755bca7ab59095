package deploy

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/modelferry/modelferry/local/internal/diagnosis"
	"github.com/modelferry/modelferry/local/internal/engine"
)

// rollout follows the Deployments of a namespace during an update. Pulumi's Kubernetes provider waits until its timeout
// before it reports a failed Deployment, and does not know why a container failed.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/deployment.go
type rollout struct {
	client    kubernetes.Interface
	namespace string
}

// pollInterval is the time between two reads of the Deployments during an update.
const pollInterval = 2 * time.Second

// run calls update. Meanwhile it prints each container that fails. If the update fails, the error ends with the
// Deployments that are not ready.
func (r rollout) run(
	ctx context.Context, printf func(string, ...any), update func(context.Context) (engine.Summary, error),
) (engine.Summary, error) {
	// Failures of an earlier update are not those of this one.
	known := r.printNewFailures(ctx, map[string]bool{}, func(string, ...any) {})
	watching, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-watching.Done():
				return
			case <-time.After(pollInterval):
				known = r.printNewFailures(watching, known, printf)
			}
		}
	}()
	summary, err := update(ctx)
	stop()
	<-stopped
	if err == nil || ctx.Err() != nil {
		return summary, err
	}
	return summary, r.explain(ctx, err)
}

// printNewFailures prints the containers that failed, except for those that are known, and returns all of them. A
// cluster that cannot be read is an error of the update.
func (r rollout) printNewFailures(ctx context.Context, known map[string]bool, printf func(string, ...any)) map[string]bool {
	findings, err := diagnosis.Find(ctx, r.client, r.namespace)
	if err != nil {
		return known
	}
	for _, finding := range findings {
		for _, problem := range finding.Problems {
			// The text would count the restarts.
			key := fmt.Sprint(problem.Pod, problem.Container, problem.ExitCode)
			if problem.ExitCode != 0 && !known[key] {
				known[key] = true
				printf("  %s", problem)
			}
		}
	}
	return known
}

// explain adds the Deployments that are not ready to the error of an update.
func (r rollout) explain(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	findings, diagnosisError := diagnosis.Find(ctx, r.client, r.namespace)
	if diagnosisError != nil {
		return fmt.Errorf("%w\n(cannot read the %w)", err, diagnosisError)
	}
	for _, finding := range findings {
		err = fmt.Errorf("%w\n%s", err, finding)
	}
	return err
}
