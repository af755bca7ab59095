//go:build alerts

package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// limit of the time from a cause to its alert. The longest is that of the autoscaler, with 15 minutes of for.
const limit = 30 * time.Minute

// expect requires that an alert does not fire, causes it, and waits until it does. It prints the time between, and
// returns the alert's labels.
func (s *stack) expect(t *testing.T, alert string, labels map[string]string, cause string, do func()) map[string]string {
	t.Helper()
	s.prometheus.requireSilent(t, alert, labels)
	started := time.Now()
	t.Logf("%s: %s", alert, cause)
	do()
	found := s.prometheus.waitUntilFiring(t, alert, labels, limit)
	t.Logf("MEASURED %s: fires %s after its cause: %s: %v", alert, time.Since(started).Round(time.Second), cause, found)
	return found
}

// TestAlerts causes the alerts, all at the same time.
func TestAlerts(t *testing.T) {
	s := running
	// What needs the stack's lock comes first, one after the other: a release, then an update that fails.
	t.Run("ModelOld", func(t *testing.T) {
		labels := map[string]string{"service": "nlpinsight"}
		dir := t.TempDir()
		requireRun(t, s.ferry("train", "--variant", "old", "--dir", dir))
		s.prometheus.requireSilent(t, "ModelOld", labels)
		started := time.Now()
		requireRun(t, s.userCommand(s.Bin("modelferry"), "release", "nlpinsight", filepath.Join(dir, "nlpinsight", "model.joblib"),
			"--stack", s.Stack, "--deploy"))
		s.expectBeside(t, "ModelOld", labels, "modelferry release nlpinsight of a model that was trained in 2020", started)
	})
	for alert, labels := range wrongDigestAlerts {
		t.Run(alert, func(t *testing.T) {
			started := s.releaseWrongDigest(t)
			s.expectBeside(t, alert, labels, "a digest in the stack file that is not the object's", started)
		})
	}

	t.Run("ModelFetchFailed denied", func(t *testing.T) {
		t.Parallel()
		labels := map[string]string{"service": "alert-denied", "exit_code": "3"}
		s.expect(t, "ModelFetchFailed", labels, "a service account without access to the prefix", func() {
			s.newService(t, "alert-denied", func(d *appsv1.Deployment) {
				d.Spec.Template.Spec.ServiceAccountName = s.serviceAccount(t, "nlpinsight-analyzer")
			})
		})
	})
	t.Run("ModelFetchSlow", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-slow", nil)
		pod := c.waitUntilReady("")
		c.waitUntilSeen(`modelferry:fetch_seconds_per_byte:median{service="alert-slow"}`)
		time.Sleep(3 * time.Minute) // of past
		s.expect(t, "ModelFetchSlow", c.labels(), "the object store answers no request for more than 8 seconds", func() {
			c.slowDownload(pod)
		})
	})
	t.Run("ModelServiceUnavailable", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-down", nil)
		c.waitUntilReady("")
		c.waitUntilSeen(`kube_deployment_status_replicas_available{deployment="alert-down"} > 0`)
		s.expect(t, "ModelServiceUnavailable", c.labels(), "its pods fit on no node", func() {
			c.patch(`{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null},
				"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"none"}}}}}`)
		})
	})
	t.Run("ModelServerCrashLooping", func(t *testing.T) {
		t.Parallel()
		s.expect(t, "ModelServerCrashLooping", map[string]string{"service": "alert-crash"}, "a file that is no model", func() {
			s.newService(t, "alert-crash", func(d *appsv1.Deployment) {
				env := server(d).Env
				for i := range env {
					if env[i].Name == "MODEL_PATH" {
						env[i].Value = filepath.Join(filepath.Dir(env[i].Value), "predictions", "predictions.csv")
					}
				}
			})
		})
	})
	t.Run("ModelServerRestarts", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-restarts", nil)
		pod := c.waitUntilReady("")
		c.waitUntilSeen(
			`kube_pod_container_status_restarts_total{container="server"} * on (pod) group_left () modelferry:pod:info{service="alert-restarts"}`,
		)
		s.expect(t, "ModelServerRestarts", c.labels(), "the server is killed twice", func() {
			c.killServer(pod)
			c.waitUntilSeen(fmt.Sprintf(`kube_pod_container_status_restarts_total{pod=%q, container="server"} == 1`, pod.Name))
			c.waitUntilSeen(fmt.Sprintf(`kube_pod_status_ready{pod=%q, condition="true"} == 1`, pod.Name))
			c.killServer(pod)
		})
	})
	t.Run("ModelErrorRatioHigh", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-errors", nil)
		pod := c.waitUntilReady("")
		c.startLoad(t, 1, 100*time.Millisecond)
		c.waitUntilSeen(`modelferry:requests:rate5m{service="alert-errors", status="200"} > 1`)
		s.expect(t, "ModelErrorRatioHigh", c.labels(), "a new image whose predictions fail", func() {
			c.patchCommand(brokenServer)
			c.waitUntilReady(pod.UID)
		})
	})
	t.Run("ModelLatencyHigh and ModelAutoscalerAtMaximum", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-load", func(d *appsv1.Deployment) {
			server(d).Resources.Requests[corev1.ResourceCPU] = resource.MustParse("100m")
			server(d).Resources.Limits[corev1.ResourceCPU] = resource.MustParse("300m") // the machine does other things, too
		})
		c.newAutoscaler(2)
		c.waitUntilReady("")
		c.waitUntilSeen(
			`kube_horizontalpodautoscaler_status_target_metric{horizontalpodautoscaler="alert-load", metric_target_type="utilization"}`,
		)
		s.prometheus.requireSilent(t, "ModelAutoscalerAtMaximum", c.labels())
		started := time.Now()
		s.expect(t, "ModelLatencyHigh", c.labels(), "96 clients that ask without a pause", func() { c.startLoad(t, 96, 0) })
		found := s.prometheus.waitUntilFiring(t, "ModelAutoscalerAtMaximum", c.labels(), limit)
		t.Logf("MEASURED ModelAutoscalerAtMaximum: fires %s after its cause: the same: %v", time.Since(started).Round(time.Second), found)
	})
	t.Run("ModelPodStartsFrequent", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-starts", nil)
		pod := c.waitUntilReady("")
		s.expect(t, "ModelPodStartsFrequent", c.labels(), "the pod is deleted six times", func() {
			for range 6 {
				c.waitUntilSeen(fmt.Sprintf(`modelferry:pod:info{pod=%q}`, pod.Name))
				pod = c.deletePod(pod)
			}
		})
	})
	t.Run("ModelTargetDown", func(t *testing.T) {
		t.Parallel()
		c := s.newService(t, "alert-target", nil)
		pod := c.waitUntilReady("")
		c.waitUntilSeen(fmt.Sprintf(`up{pod=%q} == 1`, pod.Name))
		s.expect(t, "ModelTargetDown", c.labels(), "another port in the pod's annotations", func() {
			_, err := s.client.CoreV1().Pods(namespace).Patch(t.Context(), pod.Name, types.MergePatchType,
				[]byte(`{"metadata":{"annotations":{"prometheus.io/port":"9"}}}`), metav1.PatchOptions{})
			require.NoError(t, err)
		})
	})
}

// TestAlerts_lostExporter removes kube-state-metrics. It runs after the others, which need it.
func TestAlerts_lostExporter(t *testing.T) {
	s := running
	scale := func(replicas int) {
		_, err := s.client.AppsV1().Deployments("monitoring").Patch(t.Context(), "kube-state-metrics", types.MergePatchType,
			fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas), metav1.PatchOptions{})
		require.NoError(t, err)
	}
	s.expect(
		t,
		"ModelPodsNotFound",
		map[string]string{"missing": "kube-state-metrics"},
		"kube-state-metrics is scaled to 0",
		func() { scale(0) },
	)
	scale(1)
	waitFor(t, readyTimeout, func() error {
		series, err := s.prometheus.firing(t.Context(), "ModelPodsNotFound", nil)
		if err == nil && len(series) > 0 {
			err = fmt.Errorf("still firing: %v", series)
		}
		return err
	})
}

// expectBeside waits beside the other tests until an alert fires, whose cause began before. It prints the time between.
func (s *stack) expectBeside(t *testing.T, alert string, labels map[string]string, cause string, started time.Time) {
	t.Helper()
	t.Parallel()
	found := s.prometheus.waitUntilFiring(t, alert, labels, limit)
	t.Logf("MEASURED %s: fires %s after its cause: %s: %v", alert, time.Since(started).Round(time.Second), cause, found)
}

// wrongDigestAlerts are the labels of the alerts that releaseWrongDigest causes, by name.
var wrongDigestAlerts = map[string]map[string]string{
	"ModelFetchFailed":   {"service": "bankchurn", "exit_code": "5"},
	"ModelRolloutStuck":  {"service": "bankchurn"},
	"ModelDigestDiffers": {"service": "bankchurn"},
}

// wrongDigest is when releaseWrongDigest changed the stack.
var wrongDigest time.Time

// releaseWrongDigest changes one digit of the digest of bankchurn's model in the local configuration, and updates the
// stack, which fails. It does so once, when none of the alerts that it causes fires, and returns when that was. The
// configuration is removed at the end of the test that does it first.
func (s *stack) releaseWrongDigest(t *testing.T) time.Time {
	t.Helper()
	if !wrongDigest.IsZero() {
		return wrongDigest
	}
	for alert, labels := range wrongDigestAlerts {
		s.prometheus.requireSilent(t, alert, labels)
	}
	wrongDigest = time.Now()
	deployment, err := s.client.AppsV1().Deployments(namespace).Get(t.Context(), "bankchurn-predictor", metav1.GetOptions{})
	require.NoError(t, err)
	path, digest, found := strings.Cut(deployment.Spec.Template.Annotations["artifact.modelferry.dev/model"], "@sha256:")
	require.True(t, found)
	wrong := strings.Map(func(r rune) rune {
		if r == '0' {
			return '1'
		}
		return '0'
	}, digest[:1]) + digest[1:]
	file := filepath.Join(s.Dir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil,
		"config:\n    modelferry:releases: {bankchurn: {artifacts: {model: {path: %s, sha256: %q, size: 5MB}}}}\n", path, wrong), 0o600))
	t.Cleanup(func() { _ = os.Remove(file) })
	require.Error(t, s.ferry("up", "--stack", s.Stack).Run(), "the update has to fail")
	return wrongDigest
}

// serviceAccount returns the name of a Deployment's service account.
func (s *stack) serviceAccount(t *testing.T, deployment string) string {
	t.Helper()
	d, err := s.client.AppsV1().Deployments(namespace).Get(t.Context(), deployment, metav1.GetOptions{})
	require.NoError(t, err)
	return d.Spec.Template.Spec.ServiceAccountName
}

// newAutoscaler lets the service have up to maxReplicas pods, at 60 % of their CPU request. It is deleted with the
// Deployment.
func (c service) newAutoscaler(maxReplicas int32) {
	c.t.Helper()
	deployment, err := c.client.AppsV1().Deployments(namespace).Get(c.t.Context(), c.name, metav1.GetOptions{})
	require.NoError(c.t, err)
	one, percent := int32(1), int32(60)
	_, err = c.client.AutoscalingV2().HorizontalPodAutoscalers(namespace).Create(c.t.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: c.name, OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "Deployment", Name: c.name, UID: deployment.UID},
		}},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: c.name},
			MinReplicas:    &one, MaxReplicas: maxReplicas,
			Metrics: []autoscalingv2.MetricSpec{{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{
					Name:   corev1.ResourceCPU,
					Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &percent},
				},
			}},
		},
	}, metav1.CreateOptions{})
	require.NoError(c.t, err)
}

// brokenServer is a server that is healthy and fails at each prediction: its model has no estimator any more.
const brokenServer = `
import uvicorn
from chicagotaxi import app as module
from chicagotaxi.features import encode

def broken(**columns):
    raise RuntimeError("a server that was released by mistake")

module.encode = broken
uvicorn.run(module.app, host="0.0.0.0", port=8000)
`

// patchCommand replaces the server's program by a Python script.
func (c service) patchCommand(script string) {
	c.t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	require.NoError(c.t, encoder.Encode(script))
	c.patch(`{"spec":{"template":{"spec":{"containers":[{"name":"server","command":["/usr/bin/python3","-c",` + text.String() + `]}]}}}}`)
}
