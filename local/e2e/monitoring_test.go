//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/monitoring"
)

// TestMonitoring adds Prometheus to a running stack. The pods of the services and the exporters have to be targets that
// are up, under the jobs of the operator of their cloud; the results of the fetchers have to be series, also that of
// one that fails, and its alert has to be in Alertmanager. An up without MONITORING leaves everything as it is.
func TestMonitoring(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		t.Cleanup(func() { c.withT(t).stop() }) // monitoring stays until down
		printed, took := c.run("up", "--monitoring", "1")
		urls, ok, err := monitoring.FindURLs(t.Context(), c.Layout)
		require.NoError(t, err)
		require.True(t, ok)
		require.Contains(t, printed, urls.Prometheus)
		status, _ := c.run("status")
		require.Contains(t, status, urls.Alertmanager)
		report(t, c.Stack+" monitoring is up", "%.1f s", took.Seconds())

		prometheus := prometheus{c, urls}
		prometheus.waitForTargets()
		for service, sha256 := range c.publishedDigests() {
			pod := c.pod(service).Name
			fetcher := fmt.Sprintf(`namespace=%q,pod=%q,container="fetcher"`, namespace, pod)
			prometheus.waitForSeries(
				`modelferry_fetcher_exit_code{`+fetcher+`,outcome="done"} == 0`,
				`modelferry_fetcher_duration_seconds{`+fetcher+`} > 0`,
				`modelferry_fetcher_artifact_info{`+fetcher+`,verified="sha256",sha256="`+sha256+`"}`,
				`kube_pod_init_container_status_terminated_reason{`+fetcher+`,reason="Completed"}`,
				fmt.Sprintf(`kube_pod_labels{pod=%q,label_app_kubernetes_io_name=%q,label_tier="ml-service"}`, pod, service),
				fmt.Sprintf(`kube_pod_annotations{pod=%q,annotation_artifact_modelferry_dev_model=~".*@sha256:%s"}`, pod, sha256),
			)
		}

		before := c.monitoringPods()
		c.run("up")
		require.Equal(t, before, c.monitoringPods(), "an up without a change restarts nothing")

		c.setConfig("config:\n" + rolloutDeadline)
		c.run("up")
		c.setConfig(fmt.Sprintf("config:\n    modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/none, "+
			"size: 16B, sha256: '%064x'}}}}\n", 1) + rolloutDeadline)
		require.Contains(t, c.runFailing("up"), "exit code 4")
		prometheus.waitForSeries(
			`modelferry_fetcher_exit_code{container="fetcher",outcome="not found"} == 4`,
			`kube_pod_init_container_status_restarts_total{container="fetcher"} > 0`,
		)
		prometheus.waitForAlert("ModelFetchFailed")
	})
}

// monitoringPods returns the names of the pods of Prometheus, Alertmanager and the exporters.
func (c *cloud) monitoringPods() []string {
	c.t.Helper()
	pods, err := c.client().CoreV1().Pods(monitoring.Namespace).List(c.t.Context(), metav1.ListOptions{})
	require.NoError(c.t, err)
	var names []string
	for _, pod := range pods.Items {
		names = append(names, pod.Name)
	}
	return names
}

// prometheus is the Prometheus of a cloud, with its Alertmanager.
type prometheus struct {
	*cloud
	urls monitoring.URLs
}

// waitForTargets waits until there is a target of each pod, and all are up.
func (p prometheus) waitForTargets() {
	p.t.Helper()
	jobs := map[string][]string{ // job of bankchurn, as the operator of the cloud names it
		"gke": {"bankchurn-predictor"}, "eks": {"bankchurn-service"},
	}[p.Stack]
	jobs = append(jobs, "kube-state-metrics", "fetcher-exporter", "prometheus", "kubernetes-pods")
	waitFor(p.t, func() error {
		var response struct {
			Data struct {
				ActiveTargets []struct {
					Labels            map[string]string
					Health, LastError string
				}
			}
		}
		if err := getJSON(p.urls.Prometheus+"/api/v1/targets?state=active", &response); err != nil {
			return err
		}
		pods, found := map[string]bool{}, map[string]bool{}
		for _, target := range response.Data.ActiveTargets {
			if target.Health != "up" {
				return fmt.Errorf("target %v is %s: %s", target.Labels, target.Health, target.LastError)
			}
			found[target.Labels["job"]] = true
			if target.Labels["namespace"] == namespace {
				if pods[target.Labels["pod"]] {
					return fmt.Errorf("%s is scraped twice", target.Labels["pod"])
				}
				pods[target.Labels["pod"]] = true
			}
		}
		for _, job := range jobs {
			if !found[job] {
				return fmt.Errorf("no target of the job %s: %v", job, found)
			}
		}
		if len(pods) != len(models) {
			return fmt.Errorf("%d pods of services are targets: %v", len(pods), pods)
		}
		return nil
	})
}

// waitForSeries waits until each query has a result.
func (p prometheus) waitForSeries(queries ...string) {
	p.t.Helper()
	for _, query := range queries {
		waitFor(p.t, func() error {
			var response struct{ Data struct{ Result []any } }
			if err := getJSON(p.urls.Prometheus+"/api/v1/query?query="+url.QueryEscape(query), &response); err != nil {
				return err
			}
			if len(response.Data.Result) == 0 {
				return fmt.Errorf("no series: %s", query)
			}
			return nil
		})
	}
}

// waitForAlert waits until Alertmanager has an alert of that name.
func (p prometheus) waitForAlert(name string) {
	p.t.Helper()
	waitFor(p.t, func() error {
		var alerts []struct{ Labels map[string]string }
		if err := getJSON(p.urls.Alertmanager+"/api/v2/alerts", &alerts); err != nil {
			return err
		}
		var names []string
		for _, alert := range alerts {
			if alert.Labels["alertname"] == name {
				return nil
			}
			names = append(names, alert.Labels["alertname"])
		}
		return fmt.Errorf("no alert %s in Alertmanager: [%s]", name, strings.Join(names, ", "))
	})
}

func getJSON(url string, into any) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}
