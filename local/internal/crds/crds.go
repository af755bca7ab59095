// Package crds installs the CustomResourceDefinitions that add-ons provide on a real cluster. The local cluster
// validates and stores objects of these kinds, but has no controllers for them.
package crds

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
)

// CustomResourceDefinitions as YAML.
var (
	// ServiceMonitor is part of the Prometheus Operator.
	//
	//go:embed servicemonitor.yaml
	ServiceMonitor []byte
	// PodMonitoring is part of Managed Service for Prometheus on Google Cloud.
	//
	//go:embed podmonitoring.yaml
	PodMonitoring []byte
	// ClusterPodMonitoring is part of Managed Service for Prometheus on Google Cloud. The stack has none; the exporters of
	// package monitoring have.
	//
	//go:embed clusterpodmonitoring.yaml
	ClusterPodMonitoring []byte
	// BackendConfig is part of GKE's ingress controller.
	//
	//go:embed backendconfig.yaml
	BackendConfig []byte
	// FrontendConfig is part of GKE's ingress controller.
	//
	//go:embed frontendconfig.yaml
	FrontendConfig []byte
)

// ByKind maps the kinds that clouds.Cloud names to their definitions.
var ByKind = map[string][]byte{
	"ServiceMonitor": ServiceMonitor, "ClusterPodMonitoring": ClusterPodMonitoring,
	"BackendConfig": BackendConfig, "FrontendConfig": FrontendConfig,
}

// Required returns the CustomResourceDefinitions that a stack's objects need.
func Required(c config.Config) [][]byte {
	var definitions [][]byte
	if c.Monitoring.ServiceMonitors {
		definitions = append(definitions, ServiceMonitor)
	}
	if c.Monitoring.PodMonitorings {
		definitions = append(definitions, PodMonitoring)
	}
	if c.Ingress != nil {
		for _, kind := range clouds.MustGet(string(c.Cloud)).IngressCRDs {
			definitions = append(definitions, ByKind[kind])
		}
	}
	return definitions
}

var crdResource = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// establishTimeout is the time for the API server to serve a new CRD.
const establishTimeout = 30 * time.Second

// Install applies a CRD to the cluster of a kubeconfig file, and waits until it is established.
func Install(ctx context.Context, kubeconfig string, definition []byte) error {
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(definition, &object.Object); err != nil {
		return fmt.Errorf("CRD: %w", err)
	}
	restConfig, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("CRD %s: %w", object.GetName(), err)
	}
	client, err := dynamic.NewForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("CRD %s: %w", object.GetName(), err)
	}
	content, err := json.Marshal(object.Object)
	if err != nil {
		return fmt.Errorf("CRD %s: %w", object.GetName(), err)
	}
	ctx, cancel := context.WithTimeout(ctx, establishTimeout)
	defer cancel()
	force := true
	current, err := client.Resource(crdResource).Patch(ctx, object.GetName(), types.ApplyPatchType, content, metav1.PatchOptions{
		FieldManager: "modelferry", Force: &force, FieldValidation: metav1.FieldValidationStrict,
	})
	for err == nil && !established(current) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("CRD %s: not established after %s", object.GetName(), establishTimeout)
		case <-time.After(100 * time.Millisecond):
		}
		current, err = client.Resource(crdResource).Get(ctx, object.GetName(), metav1.GetOptions{})
	}
	if err != nil {
		return fmt.Errorf("CRD %s: %w", object.GetName(), err)
	}
	return nil
}

func established(definition *unstructured.Unstructured) bool {
	conditions, _, err := unstructured.NestedSlice(definition.Object, "status", "conditions")
	if err != nil {
		return false
	}
	for _, entry := range conditions {
		if condition, ok := entry.(map[string]any); ok && condition["type"] == "Established" {
			return condition["status"] == "True"
		}
	}
	return false
}
