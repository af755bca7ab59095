package scrapetargets

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// newPod returns a running pod of the Deployment predictor with the port http, which the program's pods have.
func newPod(change func(*corev1.Pod)) corev1.Pod {
	controller := true
	pod := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "ml", Name: "predictor-5d9-abcde",
			Labels:          map[string]string{"app": "predictor", "app.kubernetes.io/name": "bankchurn", "pod-template-hash": "5d9"},
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "predictor-5d9", Controller: &controller}},
		},
		Spec: corev1.PodSpec{
			NodeName:   "node",
			Containers: []corev1.Container{{Name: "server", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8000}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.1.0.7"},
	}
	if change != nil {
		change(&pod)
	}
	return pod
}

func annotated(pod *corev1.Pod) {
	pod.Annotations = map[string]string{
		"prometheus.io/scrape": "true", "prometheus.io/port": "8000", "prometheus.io/path": "/metrics",
	}
}

func newService(port intstr.IntOrString) corev1.Service {
	return corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ml", Name: "predictor-service", Labels: map[string]string{"app": "predictor"}},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": "predictor"},
			Ports:    []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: port}},
		},
	}
}

func parse[T any](t *testing.T, document string) T {
	t.Helper()
	var object T
	require.NoError(t, yaml.UnmarshalStrict([]byte(document), &object))
	return object
}

const podMonitoring = `
metadata: {namespace: ml, name: predictor}
spec:
  selector: {matchLabels: {app: predictor}}
  endpoints: [{port: http, path: /metrics, interval: 5s}]
`

const serviceMonitor = `
metadata: {namespace: ml, name: predictor}
spec:
  selector: {matchLabels: {app: predictor}}
  endpoints: [{port: http, path: /metrics, interval: 5s, honorLabels: true}]
`

func TestCluster_Targets(t *testing.T) {
	external := map[string]string{"project_id": "p", "location": "l", "cluster": "c"}
	managed := map[string]string{
		"job": "predictor", "instance": "predictor-5d9-abcde:http", "namespace": "ml", "pod": "predictor-5d9-abcde",
		"container": "server", "top_level_controller_name": "predictor", "top_level_controller_type": "Deployment",
		"project_id": "p", "location": "l", "cluster": "c",
		"__metrics_path__": "/metrics", "__scrape_interval__": "5s", "__scrape_timeout__": "5s",
	}
	operator := map[string]string{
		"job": "predictor-service", "namespace": "ml", "service": "predictor-service", "pod": "predictor-5d9-abcde",
		"container": "server", "endpoint": "http",
		"__metrics_path__": "/metrics", "__scrape_interval__": "5s", "__scrape_timeout__": "5s",
	}
	annotations := map[string]string{
		"job": "kubernetes-pods", "namespace": "ml", "pod": "predictor-5d9-abcde", "node": "node", "app": "predictor",
		"app_kubernetes_io_name": "bankchurn", "pod_template_hash": "5d9", "__metrics_path__": "/metrics",
	}
	target := func(honor bool, labels map[string]string) []Target {
		return []Target{{Targets: []string{"10.1.0.7:8000"}, Labels: labels, HonorLabels: honor}}
	}
	without := func(labels map[string]string, name string, change map[string]string) map[string]string {
		result := map[string]string{}
		for key, value := range labels {
			result[key] = value
		}
		delete(result, name)
		for key, value := range change {
			result[key] = value
		}
		return result
	}
	for name, c := range map[string]struct {
		cluster Cluster
		want    []Target
	}{
		"PodMonitoring": {
			cluster: Cluster{Pods: []corev1.Pod{newPod(nil)}, PodMonitorings: []PodMonitoring{parse[PodMonitoring](t, podMonitoring)}},
			want:    target(false, managed),
		},
		"PodMonitoring, port number: no container": {
			cluster: Cluster{Pods: []corev1.Pod{newPod(nil)}, PodMonitorings: []PodMonitoring{parse[PodMonitoring](t, `
metadata: {namespace: ml, name: predictor}
spec:
  selector: {}
  endpoints: [{port: 8000, path: /metrics, interval: 5s}]
  targetLabels: {metadata: [pod], fromPod: [{from: app.kubernetes.io/name, to: model}, {from: app}]}
`)}},
			want: target(false, map[string]string{
				"job": "predictor", "instance": "predictor-5d9-abcde:8000", "namespace": "ml", "pod": "predictor-5d9-abcde",
				"model": "bankchurn", "app": "predictor", "project_id": "p", "location": "l", "cluster": "c",
				"__metrics_path__": "/metrics", "__scrape_interval__": "5s", "__scrape_timeout__": "5s",
			}),
		},
		"PodMonitoring of another namespace": {
			cluster: Cluster{
				Pods:           []corev1.Pod{newPod(func(pod *corev1.Pod) { pod.Namespace = "other" })},
				PodMonitorings: []PodMonitoring{parse[PodMonitoring](t, podMonitoring)},
			},
		},
		"ClusterPodMonitoring without metadata: no labels of the pod": {
			cluster: Cluster{Pods: []corev1.Pod{newPod(nil)}, ClusterPodMonitorings: []PodMonitoring{parse[PodMonitoring](t, `
metadata: {name: exporter}
spec:
  selector: {matchLabels: {app: predictor}}
  endpoints: [{port: http, interval: 30s}]
  targetLabels: {metadata: []}
`)}},
			want: target(false, map[string]string{
				"job": "exporter", "instance": "predictor-5d9-abcde:http", "project_id": "p", "location": "l", "cluster": "c",
				"__scrape_interval__": "30s", "__scrape_timeout__": "30s",
			}),
		},
		"ServiceMonitor": {
			cluster: Cluster{
				Pods: []corev1.Pod{newPod(nil)}, Services: []corev1.Service{newService(intstr.FromString("http"))},
				ServiceMonitors: []ServiceMonitor{parse[ServiceMonitor](t, serviceMonitor)},
			},
			want: target(true, operator),
		},
		"ServiceMonitor, port number that is not declared": {
			cluster: Cluster{
				Pods: []corev1.Pod{newPod(func(pod *corev1.Pod) { pod.Spec.Containers[0].Ports = nil })}, Services: []corev1.Service{
					newService(intstr.FromInt32(8000))}, ServiceMonitors: []ServiceMonitor{parse[ServiceMonitor](t, serviceMonitor)},
			},
			want: target(true, without(operator, "container", nil)),
		},
		"ServiceMonitor, pod that is terminating": {
			cluster: Cluster{
				Pods:     []corev1.Pod{newPod(func(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{} })},
				Services: []corev1.Service{newService(intstr.FromString("http"))}, ServiceMonitors: []ServiceMonitor{
					parse[ServiceMonitor](t, serviceMonitor)},
			},
		},
		"annotations": {
			cluster: Cluster{Pods: []corev1.Pod{newPod(annotated)}},
			want:    target(true, annotations),
		},
		"annotations and a PodMonitoring: once": {
			cluster: Cluster{
				Pods: []corev1.Pod{newPod(annotated)}, PodMonitorings: []PodMonitoring{parse[PodMonitoring](t, podMonitoring)},
			},
			want: target(false, managed),
		},
		"annotations, pod that has ended": {
			cluster: Cluster{Pods: []corev1.Pod{newPod(func(pod *corev1.Pod) {
				annotated(pod)
				pod.Status.Phase = corev1.PodFailed
			})}},
		},
		"pod without an address": {
			cluster: Cluster{
				Pods:           []corev1.Pod{newPod(func(pod *corev1.Pod) { pod.Status.PodIP = "" })},
				PodMonitorings: []PodMonitoring{parse[PodMonitoring](t, podMonitoring)},
			},
		},
		"pod without annotations": {cluster: Cluster{Pods: []corev1.Pod{newPod(nil)}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.cluster.ExternalLabels = external
			require.Equal(t, c.want, c.cluster.Targets())
		})
	}
}

func TestWrite_filesForPrometheus(t *testing.T) {
	dir := t.TempDir()
	read := func(name string) (groups []map[string]any) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(content, &groups))
		return groups
	}
	require.NoError(t, Write(dir, nil))
	for _, name := range []string{TargetsFile, HonoredTargetsFile} {
		require.NotNil(t, read(name), "null is an error of Prometheus")
		require.Empty(t, read(name))
	}
	require.NoError(t, Write(dir, []Target{
		{Targets: []string{"10.1.0.7:8000"}, Labels: map[string]string{"job": "a"}},
		{Targets: []string{"10.1.0.8:8080"}, Labels: map[string]string{"job": "b"}, HonorLabels: true},
	}))
	require.Equal(t, []map[string]any{{"targets": []any{"10.1.0.7:8000"}, "labels": map[string]any{"job": "a"}}}, read(TargetsFile))
	require.Equal(t, []map[string]any{{"targets": []any{"10.1.0.8:8080"}, "labels": map[string]any{"job": "b"}}}, read(HonoredTargetsFile))

	// Prometheus reads a file again when it is renamed, so unchanged targets are not written.
	before, err := os.Stat(filepath.Join(dir, TargetsFile))
	require.NoError(t, err)
	require.NoError(t, Write(dir, []Target{{Targets: []string{"10.1.0.7:8000"}, Labels: map[string]string{"job": "a"}}}))
	after, err := os.Stat(filepath.Join(dir, TargetsFile))
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after))
}
