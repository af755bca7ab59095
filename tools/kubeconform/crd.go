package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"
)

// objectMetaDefinition is what every object has as its metadata, whatever its kind.
const objectMetaDefinition = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

// customResourceDefinition is what a CustomResourceDefinition says of its kind.
type customResourceDefinition struct {
	Kind string
	Spec struct {
		Group    string
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Served bool
			Schema struct{ OpenAPIV3Schema object }
		}
	}
}

// addCRD adds the schema of each version that a definition serves. Its
// metadata is held to that of all objects, as the API server does it, which
// takes no word of the definition about that.
func addCRD(schemas map[string]object, swagger, crdYAML []byte) error {
	var document struct{ Definitions map[string]object }
	if err := json.Unmarshal(swagger, &document); err != nil {
		return err
	}
	var crd customResourceDefinition
	if err := yaml.Unmarshal(crdYAML, &crd); err != nil {
		return err
	}
	if crd.Kind != "CustomResourceDefinition" || crd.Spec.Names.Kind == "" {
		return errors.New("is no CustomResourceDefinition of apiextensions.k8s.io/v1")
	}
	definitions := map[string]object{}
	if err := collectDefinitions(objectMetaDefinition, document.Definitions, definitions); err != nil {
		return err
	}
	for _, version := range crd.Spec.Versions {
		if !version.Served {
			continue
		}
		schema, _ := closeObjects(translateNullable(version.Schema.OpenAPIV3Schema)).(object)
		properties, ok := schema["properties"].(object)
		if !ok {
			return fmt.Errorf("version %s: has no schema with properties", version.Name)
		}
		properties["metadata"] = object{"$ref": "#/definitions/" + objectMetaDefinition}
		schemaName := schemaFileName(object{"kind": crd.Spec.Names.Kind, "group": crd.Spec.Group, "version": version.Name})
		if _, exists := schemas[schemaName]; exists {
			return fmt.Errorf("%s: two kinds are called so", schemaName)
		}
		schema["$schema"], schema["definitions"] = jsonSchemaDraft, definitions
		schemas[schemaName] = schema
	}
	return nil
}

// translateNullable says in JSON schema's words which values may be null, for which
// OpenAPI has a word of its own.
func translateNullable(value any) any {
	switch value := value.(type) {
	case []any:
		translated := make([]any, len(value))
		for k, element := range value {
			translated[k] = translateNullable(element)
		}
		return translated
	case object:
		translated := object{}
		for key, inner := range value {
			translated[key] = translateNullable(inner)
		}
		if typ, ok := value["type"].(string); ok && value["nullable"] == true {
			translated["type"] = []any{typ, "null"}
			delete(translated, "nullable")
		}
		return translated
	}
	return value
}
