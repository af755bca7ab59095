package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"
)

// objectMetaDefinition names the OpenAPI definition of every object's metadata.
const objectMetaDefinition = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

// customResourceDefinition holds the fields of a CustomResourceDefinition that a schema is generated from.
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

// addCRD adds a schema for each served version of a CustomResourceDefinition. It validates metadata as the ObjectMeta
// of built-in kinds: the API server does so too and ignores what the CRD says about metadata.
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
		return errors.New("not a CustomResourceDefinition of apiextensions.k8s.io/v1")
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
			return fmt.Errorf("version %s: schema has no properties", version.Name)
		}
		properties["metadata"] = object{"$ref": "#/definitions/" + objectMetaDefinition}
		schemaName := schemaFileName(object{"kind": crd.Spec.Names.Kind, "group": crd.Spec.Group, "version": version.Name})
		if _, exists := schemas[schemaName]; exists {
			return fmt.Errorf("%s: two kinds have the same file name", schemaName)
		}
		schema["$schema"], schema["definitions"] = jsonSchemaDraft, definitions
		schemas[schemaName] = schema
	}
	return nil
}

// translateNullable replaces OpenAPI's keyword "nullable", which JSON schema does not have, by the type "null".
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
