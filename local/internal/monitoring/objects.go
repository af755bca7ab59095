package monitoring

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/jsondigest"
)

// What a real cluster has already.
var (
	//go:embed prometheus.yaml
	prometheusManifestTemplate string
	//go:embed prometheus.yml
	prometheusConfigTemplate string
	//go:embed alertmanager.yaml
	alertmanagerManifest []byte
	//go:embed alertmanager.yml
	alertmanagerConfig string
)

// parse returns the objects of a manifest.
func parse(manifest []byte) ([]*unstructured.Unstructured, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest), 4096)
	var objects []*unstructured.Unstructured
	for {
		var object map[string]any
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(object) > 0 {
			objects = append(objects, &unstructured.Unstructured{Object: object})
		}
	}
}

// readManifest returns the objects of a file in the repository's folder monitoring/kubernetes.
func readManifest(root, name string) ([]*unstructured.Unstructured, error) {
	content, err := os.ReadFile(filepath.Join(root, "monitoring", "kubernetes", name))
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	objects, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", name, err)
	}
	return objects, nil
}

// rules returns the files with rules in the repository's folder monitoring/rules. There may be none.
func rules(root string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "monitoring", "rules", "*.yaml"))
	if err != nil {
		return nil, err
	}
	contents := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
		contents[filepath.Base(file)] = string(content)
	}
	return contents, nil
}

func configMap(name string, data map[string]string) *unstructured.Unstructured {
	values := map[string]any{}
	for key, value := range data {
		values[key] = value
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name, "namespace": Namespace}, "data": values,
	}}
}

// configDigest is the annotation of a pod with the digest of its ConfigMaps: a change restarts the pod.
const configDigest = "modelferry.dev/config-digest"

// complete sets what the objects of a manifest do not have: the images of the containers by their names, the digest of
// the ConfigMaps in the list that the pods mount, and the interval of scrapes.
func complete(objects []*unstructured.Unstructured, images map[string]string) error {
	configMaps := map[string]any{}
	for _, object := range objects {
		if object.GetKind() == "ConfigMap" {
			configMaps[object.GetName()] = object.Object["data"]
		}
	}
	for _, object := range objects {
		if endpoints, ok, _ := unstructured.NestedSlice(object.Object, "spec", "endpoints"); ok {
			for _, endpoint := range endpoints {
				endpoint.(map[string]any)["interval"] = interval
			}
			if err := unstructured.SetNestedSlice(object.Object, endpoints, "spec", "endpoints"); err != nil {
				return err
			}
		}
		if object.GetKind() != "Deployment" {
			continue
		}
		var deployment appsv1.Deployment
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &deployment); err != nil {
			return fmt.Errorf("deployment %s: %w", object.GetName(), err)
		}
		pod := &deployment.Spec.Template
		for i := range pod.Spec.Containers {
			container := &pod.Spec.Containers[i]
			if container.Image = images[container.Name]; container.Image == "" {
				return fmt.Errorf("deployment %s: no image for the container %q", object.GetName(), container.Name)
			}
		}
		mounted := map[string]any{}
		for _, volume := range pod.Spec.Volumes {
			if volume.ConfigMap != nil {
				mounted[volume.ConfigMap.Name] = configMaps[volume.ConfigMap.Name]
			}
		}
		if len(mounted) > 0 {
			digest, err := jsondigest.SHA256(mounted)
			if err != nil {
				return err
			}
			if pod.Annotations == nil {
				pod.Annotations = map[string]string{}
			}
			pod.Annotations[configDigest] = digest
		}
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&deployment)
		if err != nil {
			return fmt.Errorf("deployment %s: %w", object.GetName(), err)
		}
		delete(content, "status")
		object.Object = content
	}
	return nil
}

// prometheusConfig returns Prometheus' configuration. alertmanager is HOST:PORT.
func prometheusConfig(alertmanager string) string {
	return strings.ReplaceAll(prometheusConfigTemplate, "{{alertmanager}}", alertmanager)
}

// prometheusManifest returns the manifest of Prometheus. labels are those of the targets of PodMonitorings.
func prometheusManifest(labels string) []byte {
	return []byte(strings.ReplaceAll(prometheusManifestTemplate, "{{labels}}", labels))
}

// externalLabels returns the labels that managed Prometheus sets on every target, as NAME=VALUE,….
func externalLabels(c config.Config) string {
	if c.Cloud != config.GKE {
		return ""
	}
	name := c.Cluster.Existing
	if c.Cluster.Create != nil {
		name = c.Cluster.Create.Name
	}
	return fmt.Sprintf("project_id=%s,location=%s,cluster=%s", c.GCP.Project, cmp.Or(c.Cluster.Location, c.GCP.Region), name)
}
