//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestHPA_seesUtilization checks that each service's autoscaler knows the CPU utilization of its pod. Without metrics,
// or with a container that requests no CPU, it would be unknown.
func TestHPA_seesUtilization(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		for _, service := range c.services() {
			require.NotEmpty(t, service.Pods)
		}
		autoscalers, err := c.client().AutoscalingV2().HorizontalPodAutoscalers(namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, autoscalers.Items, len(models))
		for _, autoscaler := range autoscalers.Items {
			t.Logf("%s: %d%% of the requested CPU", autoscaler.Name, c.utilization(autoscaler.Name))
		}
	})
}

// TestHPA_scalesUnderLoad sends requests to bankchurn until its autoscaler adds a second pod, and stops until it
// removes one. No request fails meanwhile, and an up in between leaves the number of pods to the autoscaler.
func TestHPA_scalesUnderLoad(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.setConfig("config:\n    modelferry:services: {bankchurn: {autoscaling: {max: 2, scaleDownWindow: 10s}}}\n")
		c.run("up")
		url := c.services()["bankchurn"].URL
		c.utilization(bankchurnDeployment)

		// Light requests show whether the service can be reached at any time.
		light := startLoad(t, url+"/health", 1, 20*time.Millisecond)
		started := time.Now()
		// The server reads and hashes its artifacts for each of these.
		heavy := startLoad(t, url+"/model", 4, 0)
		c.serviceWithPods("bankchurn", 2)
		up := time.Since(started)

		printed, _ := c.run("up")
		require.Regexp(t, unchanged, printed)
		require.Len(t, c.serviceWithPods("bankchurn", 2).Pods, 2, "an update must not set the replicas that the autoscaler chose")
		heavyRequests, failures := heavy.result()
		require.Empty(t, failures, "requests while a pod is added")
		started = time.Now()
		c.services() // waits until each service has a single pod
		down := time.Since(started)
		lightRequests, failures := light.result()
		require.Empty(t, failures, "requests while pods are added and removed")
		report(t, c.Stack+" autoscaling", "second pod serves %.0f s after the load began, first one alone %.0f s after it ended, "+
			"%d requests, none failed", up.Seconds(), down.Seconds(), heavyRequests+lightRequests)
	})
}

// utilization returns the CPU utilization of a Deployment's pods in percent of their request, once its autoscaler knows
// it.
func (c *cloud) utilization(name string) (percent int32) {
	c.t.Helper()
	autoscalers := c.client().AutoscalingV2().HorizontalPodAutoscalers(namespace)
	waitFor(c.t, func() error {
		autoscaler, err := autoscalers.Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, metric := range autoscaler.Status.CurrentMetrics {
			if metric.Type == autoscalingv2.ResourceMetricSourceType && metric.Resource.Current.AverageUtilization != nil {
				percent = *metric.Resource.Current.AverageUtilization
				return nil
			}
		}
		return fmt.Errorf("the autoscaler %s does not know the CPU utilization: %+v", name, autoscaler.Status)
	})
	return percent
}

// load sends requests to a service until result is called or the test ends.
type load struct {
	stop    func()
	workers sync.WaitGroup

	mu       sync.Mutex
	requests int
	failures []string
}

// startLoad sends requests with several workers, each of which pauses after a response.
func startLoad(t *testing.T, url string, workers int, pause time.Duration) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{stop: cancel}
	for range workers {
		l.workers.Go(func() {
			for ctx.Err() == nil {
				err := requestOnce(url)
				l.mu.Lock()
				l.requests++
				if err != nil {
					l.failures = append(l.failures, fmt.Sprintf("%s: %v", time.Now().Format(time.TimeOnly), err))
				}
				l.mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	t.Cleanup(func() { l.result() })
	return l
}

// requestOnce requires the whole response of a request on a new connection.
func requestOnce(url string) error {
	response, err := probeClient.Get(url)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}

// result ends the load and returns the number of requests, and what failed.
func (l *load) result() (requests int, failures []string) {
	l.stop()
	l.workers.Wait()
	return l.requests, l.failures
}
