package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	r.printNews(ctx, known, func(string, ...any) {})
	_, before, _ := r.newestSets(ctx) // a new cluster cannot be read yet, and has none
	watching, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-watching.Done():
				return
			case <-time.After(pollInterval):
				r.printNews(watching, known, r.Printf)
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

// printNews prints the failures and reports that are not known, and adds them to known. If the cluster cannot be read,
// nothing is printed: the update returns that error.
func (r Rollout) printNews(ctx context.Context, known map[string]bool, printf func(string, ...any)) {
	news := func(key, format string, args ...any) {
		if !known[key] {
			known[key] = true
			printf(format, args...)
		}
	}
	if len(r.Services) > 0 {
		for _, pod := range r.fetchedPods(ctx) {
			summary, _ := Fetched(&pod)
			news("fetched "+pod.Name, "  pod %s: %s", pod.Name, summary)
		}
	}
	findings, err := Find(ctx, r.Client, r.Namespace)
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

// fetchedPods returns the pods of the services whose fetchers have succeeded.
func (r Rollout) fetchedPods(ctx context.Context) []corev1.Pod {
	pods, err := r.Client.CoreV1().Pods(r.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(pods.Items, func(pod corev1.Pod) bool {
		summary, ended := Fetched(&pod)
		return !ended || summary.ExitCode != 0 || !slices.Contains(r.Services, pod.Labels[ServiceLabel])
	})
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
