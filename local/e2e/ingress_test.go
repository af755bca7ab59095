//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

// TestIngressAndServiceMonitor_createdAndDeleted switches on what is off by default, as far as the local cluster
// has it, and off again.
func TestIngressAndServiceMonitor_createdAndDeleted(t *testing.T) {
	certificates := map[string]string{"gke": "models", "eks": "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"}
	ingresses := schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}
	backendConfigs := schema.GroupVersionResource{Group: "cloud.google.com", Version: "v1", Resource: "backendconfigs"}
	serviceMonitors := schema.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: "servicemonitors"}
	podMonitorings := schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "podmonitorings"}
	podMonitoringConfig := map[string]string{"gke": "podMonitorings: true, ", "eks": ""}
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.setConfig(fmt.Sprintf(`config:
    modelferry:ingress: {host: models.example.com, certificate: "%s"}
    modelferry:monitoring: {%sserviceMonitors: true, labels: {release: prometheus}}
`, certificates[c.Stack], podMonitoringConfig[c.Stack]))
		c.run("up")
		ingress, err := c.get(ingresses, "ml-portfolio")
		require.NoError(t, err)
		rules, _, err := unstructured.NestedSlice(ingress.Object, "spec", "rules")
		require.NoError(t, err)
		require.Len(t, rules[0].(map[string]any)["http"].(map[string]any)["paths"], 3)
		if c.Stack == "gke" {
			backend, err := c.get(backendConfigs, bankchurnService)
			require.NoError(t, err)
			path, _, err := unstructured.NestedString(backend.Object, "spec", "healthCheck", "requestPath")
			require.NoError(t, err)
			require.Equal(t, "/health", path)
			_, err = c.get(podMonitorings, bankchurnDeployment)
			require.NoError(t, err)
		}
		monitor, err := c.get(serviceMonitors, bankchurnDeployment)
		require.NoError(t, err)
		require.Equal(t, "prometheus", monitor.GetLabels()["release"])
		printed, _ := c.run("up")
		require.Regexp(t, unchanged, printed)

		c.restoreConfig()
		_, err = c.get(ingresses, "ml-portfolio")
		require.True(t, apierrors.IsNotFound(err), "%v", err)
		if c.Stack == "gke" {
			_, err = c.get(backendConfigs, bankchurnService)
			require.True(t, apierrors.IsNotFound(err), "%v", err)
			_, err = c.get(podMonitorings, bankchurnDeployment)
			require.True(t, apierrors.IsNotFound(err), "%v", err)
		}
		_, err = c.get(serviceMonitors, bankchurnDeployment)
		require.True(t, apierrors.IsNotFound(err), "%v", err)
	})
}

// get returns an object of any kind from the stack's namespace.
func (c *cloud) get(resource schema.GroupVersionResource, name string) (*unstructured.Unstructured, error) {
	c.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	require.NoError(c.t, err)
	client, err := dynamic.NewForConfig(config)
	require.NoError(c.t, err)
	return client.Resource(resource).Namespace(namespace).Get(c.t.Context(), name, metav1.GetOptions{})
}
