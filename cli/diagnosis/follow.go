package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rollout follows the Deployments of a namespace while something updates them. Pulumi's Kubernetes provider waits until
// its timeout before it reports a failed Deployment, and does not know why a container failed.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/deployment.go
type Rollout struct {
	Client    Client
	Namespace string
	// Services are the names of the services that are updated. Their fetchers' results are printed, and only they are
	// in the error. Without any, only failures are printed, those of every Deployment.
	Services []string
	// Printf prints a line.
	Printf func(format string, args ...any)
}

// pollInterval is the time between two reads of the Deployments during an update.
const pollInterval = 2 * time.Second

// Follow calls update, and waits until the rollouts that it has begun are complete. Meanwhile it prints each container
// that fails, and what the fetchers of new pods report. If the update or a rollout fails, the error ends with the
// Deployments that are not ready.
func (r Rollout) Follow(ctx context.Context, update func(context.Context) error) error {
	// Problems from before the update are not reported.
	known := map[string]bool{}
	objects, _ := List(ctx, r.Client, r.Namespace, "") // a new cluster cannot be read yet, and has none
	r.printNews(ctx, objects, known, func(string, ...any) {})
	before := objects.newestSets()
	watching, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-watching.Done():
				return
			case <-time.After(pollInterval):
				// If the cluster cannot be read, the update returns that error.
				if objects, err := List(watching, r.Client, r.Namespace, ""); err == nil {
					r.printNews(watching, objects, known, r.Printf)
				}
			}
		}
	}()
	err := update(ctx)
	stop()
	<-stopped
	if ctx.Err() != nil {
		return err
	}
	if err == nil {
		return r.waitForRollouts(ctx, before, known)
	}
	return r.explain(ctx, err)
}

// printNews prints the failures and reports that are not known, and adds them to known.
func (r Rollout) printNews(ctx context.Context, objects Objects, known map[string]bool, printf func(string, ...any)) {
	news := func(key, format string, args ...any) {
		if !known[key] {
			known[key] = true
			printf(format, args...)
		}
	}
	for i := range objects.Pods {
		pod := &objects.Pods[i]
		summary, ended := Fetched(pod)
		if ended && summary.ExitCode == 0 && slices.Contains(r.Services, pod.Labels[ServiceLabel]) {
			news("fetched "+pod.Name, "  pod %s: %s", pod.Name, summary)
		}
	}
	findings, err := objects.Find(ctx, r.Client)
	if err != nil {
		return
	}
	for _, finding := range findings {
		for _, problem := range finding.Problems {
			if problem.ExitCode != 0 {
				// The text would count the restarts.
				news(fmt.Sprint(problem.Pod, problem.Container, problem.ExitCode), "  %s", problem)
			}
		}
	}
}

// explain adds the Deployments that are not ready to the error of an update: those of the services, or all of them.
func (r Rollout) explain(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	findings, findErr := Find(ctx, r.Client, r.Namespace)
	if findErr != nil {
		return fmt.Errorf("%w\n(cannot read the %w)", err, findErr)
	}
	for _, finding := range findings {
		known := strings.Contains(err.Error(), finding.String()) // the local cloud's provider has reported it
		if !known && (len(r.Services) == 0 || slices.Contains(r.Services, finding.Service)) {
			err = fmt.Errorf("%w\n%s", err, finding)
		}
	}
	return err
}
