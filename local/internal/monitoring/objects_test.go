package monitoring

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
)

var allImages = map[string]string{
	"prometheus": "r/p@sha256:1", "prometheus-discovery": "r/d@sha256:2", "alertmanager": "r/p@sha256:1",
	"kube-state-metrics": "r/k@sha256:3", "fetcher-exporter": "r/f@sha256:4",
}

// allObjects returns all objects that can be deployed, completed.
func allObjects(t *testing.T, root string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := prometheusObjects(root, "10.1.0.1:9093", "")
	require.NoError(t, err)
	alertmanager, err := parse(alertmanagerManifest)
	require.NoError(t, err)
	objects = append(objects, alertmanager...)
	for _, name := range []string{
		"namespace.yaml", "kube-state-metrics.yaml", "fetcher-exporter.yaml", "service-monitors.yaml", "cluster-pod-monitorings.yaml",
	} {
		manifest, err := readManifest(repotest.Path(t), name)
		require.NoError(t, err)
		objects = append(objects, manifest...)
	}
	require.NoError(t, complete(objects, allImages))
	return objects
}

func deployments(t *testing.T, objects []*unstructured.Unstructured) map[string]appsv1.Deployment {
	t.Helper()
	found := map[string]appsv1.Deployment{}
	for _, object := range objects {
		if object.GetKind() == "Deployment" {
			var deployment appsv1.Deployment
			require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &deployment))
			found[deployment.Name] = deployment
		}
	}
	return found
}

func TestManifests_restricted(t *testing.T) {
	found := deployments(t, allObjects(t, repotest.Path(t)))
	require.Len(t, found, 4)
	for name, deployment := range found {
		t.Run(name, func(t *testing.T) {
			pod := deployment.Spec.Template.Spec
			require.True(t, *pod.SecurityContext.RunAsNonRoot)
			for _, container := range pod.Containers {
				require.Equal(t, allImages[container.Name], container.Image)
				require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem)
				require.False(t, *container.SecurityContext.AllowPrivilegeEscalation)
				require.NotEmpty(t, container.Resources.Limits.Memory())
			}
		})
	}
}

func TestComplete_containerWithoutImage(t *testing.T) {
	objects, err := parse(alertmanagerManifest)
	require.NoError(t, err)
	require.EqualError(t, complete(objects, nil), `deployment alertmanager: no image for the container "alertmanager"`)
}

// Prometheus reads its rules once, so a change of them has to restart it, and nothing else has to.
func TestComplete_changedRulesRestartPrometheus(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "monitoring", "rules")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	digests := func() (prometheus, alertmanager string) {
		found := deployments(t, allObjects(t, root))
		return found["prometheus"].Spec.Template.Annotations[configDigest], found["alertmanager"].Spec.Template.Annotations[configDigest]
	}
	firstPrometheus, firstAlertmanager := digests()
	require.NotEmpty(t, firstPrometheus)
	again, _ := digests()
	require.Equal(t, firstPrometheus, again)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("groups: []\n"), 0o600))
	secondPrometheus, secondAlertmanager := digests()
	require.NotEqual(t, firstPrometheus, secondPrometheus)
	require.Equal(t, firstAlertmanager, secondAlertmanager)
}

func TestComplete_scrapeInterval(t *testing.T) {
	kinds := map[string]int{}
	for _, object := range allObjects(t, repotest.Path(t)) {
		endpoints, _, err := unstructured.NestedSlice(object.Object, "spec", "endpoints")
		require.NoError(t, err)
		for _, endpoint := range endpoints {
			require.Equal(t, interval, endpoint.(map[string]any)["interval"])
			kinds[object.GetKind()]++
		}
	}
	require.Equal(t, map[string]int{"ServiceMonitor": 2, "ClusterPodMonitoring": 2}, kinds)
}

func TestPrometheusConfig_alertmanager(t *testing.T) {
	require.Contains(t, prometheusConfig("10.1.0.1:9093"), `targets: ["10.1.0.1:9093"]`)
	require.NotContains(t, prometheusConfig("10.1.0.1:9093"), "{{")
}

func TestExternalLabels(t *testing.T) {
	c := config.Config{Cloud: config.GKE, GCP: config.GCP{Project: "p", Region: "r"}}
	c.Cluster.Existing = "old"
	require.Equal(t, "project_id=p,location=r,cluster=old", externalLabels(c))
	c.Cluster = config.Cluster{Location: "r-a", Create: &config.ClusterSpec{Name: "new"}}
	require.Equal(t, "project_id=p,location=r-a,cluster=new", externalLabels(c))
	c.Cloud = config.EKS
	require.Empty(t, externalLabels(c))
}

func TestEnabled(t *testing.T) {
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	enabled := func(selected string) bool {
		on, err := Enabled(layout, selected)
		require.NoError(t, err)
		return on
	}
	require.False(t, enabled(""))
	require.True(t, enabled("1"))
	require.False(t, enabled(""), "it was not recorded")
	_, err = Choice.Record(layout, "1")
	require.NoError(t, err)
	require.True(t, enabled(""))
	_, err = Enabled(layout, "0")
	require.EqualError(t, err, `invalid MONITORING "0": must be 1`)
}
