//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

// options switches on what is off by default, as far as the local cluster
// keeps it: a way in, and ServiceMonitors. Then it takes them back.
func options(t *testing.T, c cloud, first map[string]string) {
	settings, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	require.NoError(t, err)
	cluster, err := dynamic.NewForConfig(settings)
	require.NoError(t, err)
	get := func(group, version, resource, name string) (*unstructured.Unstructured, error) {
		return cluster.Resource(schema.GroupVersionResource{Group: group, Version: version, Resource: resource}).
			Namespace("ml-portfolio").Get(t.Context(), name, metav1.GetOptions{})
	}
	certificate := map[string]string{"gke": "models", "eks": "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"}[c.Stack]
	config := filepath.Join(c.Dir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `config:
    modelferry:ingress: {host: models.example.com, certificate: "%s"}
    modelferry:monitoring: {serviceMonitors: true, labels: {release: prometheus}}
`, certificate), 0o644))
	c.run("up")
	ingress, err := get("networking.k8s.io", "v1", "ingresses", "ml-portfolio")
	require.NoError(t, err)
	rules, _, err := unstructured.NestedSlice(ingress.Object, "spec", "rules")
	require.NoError(t, err)
	require.Len(t, rules[0].(map[string]any)["http"].(map[string]any)["paths"], 3)
	monitor, err := get("monitoring.coreos.com", "v1", "servicemonitors", "bankchurn-predictor")
	require.NoError(t, err)
	require.Equal(t, "prometheus", monitor.GetLabels()["release"])
	printed, _ := c.run("up")
	require.Regexp(t, unchanged, printed)

	require.NoError(t, os.WriteFile(config, []byte("config:\n    modelferry:releases: {bankchurn: {delivery: csi}}\n"), 0o644))
	require.Contains(t, c.fail("up"), "modelferry:releases.bankchurn.delivery: Forbidden: the local cloud has no CSI driver")

	require.NoError(t, os.Remove(config))
	c.run("up")
	_, err = get("networking.k8s.io", "v1", "ingresses", "ml-portfolio")
	require.True(t, apierrors.IsNotFound(err), "%v", err)
	require.Equal(t, first, digests(c))
}
