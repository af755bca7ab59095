package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// renderYAML writes the object to KIND-NAME.yaml in dir, with sorted keys. It creates dir if it does not exist.
func renderYAML(dir string, object *unstructured.Unstructured) error {
	object = object.DeepCopy()
	unstructured.RemoveNestedField(object.Object, "metadata", "annotations", autonamedAnnotation)
	content, err := yaml.Marshal(object.Object)
	if err != nil {
		return fmt.Errorf("render %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("render %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	if err := os.WriteFile(yamlPath(dir, object), content, 0o644); err != nil {
		return fmt.Errorf("render %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return nil
}

func yamlPath(dir string, object *unstructured.Unstructured) string {
	name := strings.ToLower(object.GetKind()) + "-" + strings.ReplaceAll(object.GetName(), ":", "_") + ".yaml"
	return filepath.Join(dir, name)
}
