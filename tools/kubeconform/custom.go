package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"
)

// meta is what every object has as its metadata, whatever its kind.
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

// definition is what a CustomResourceDefinition says of its kind.
type definition struct {
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

// addCustom adds the schema of each version that a definition serves. Its
// metadata is held to that of all objects, as the API server does it, which
// takes no word of the definition about that.
func addCustom(all map[string]object, swagger, text []byte) error {
	var document struct{ Definitions map[string]object }
	if err := json.Unmarshal(swagger, &document); err != nil {
		return err
	}
	var d definition
	if err := yaml.Unmarshal(text, &d); err != nil {
		return err
	}
	if d.Kind != "CustomResourceDefinition" || d.Spec.Names.Kind == "" {
		return errors.New("is no CustomResourceDefinition of apiextensions.k8s.io/v1")
	}
	used := map[string]object{}
	if err := collect(meta, document.Definitions, used); err != nil {
		return err
	}
	for _, version := range d.Spec.Versions {
		if !version.Served {
			continue
		}
		schema, _ := strict(nullable(version.Schema.OpenAPIV3Schema)).(object)
		properties, ok := schema["properties"].(object)
		if !ok {
			return fmt.Errorf("version %s: has no schema with properties", version.Name)
		}
		properties["metadata"] = object{"$ref": "#/definitions/" + meta}
		file := fileName(object{"kind": d.Spec.Names.Kind, "group": d.Spec.Group, "version": version.Name})
		if _, taken := all[file]; taken {
			return fmt.Errorf("%s: two kinds are called so", file)
		}
		schema["$schema"], schema["definitions"] = draft, used
		all[file] = schema
	}
	return nil
}

// nullable says in JSON schema's words which values may be null, for which
// OpenAPI has a word of its own.
func nullable(value any) any {
	switch value := value.(type) {
	case []any:
		all := make([]any, len(value))
		for k, element := range value {
			all[k] = nullable(element)
		}
		return all
	case object:
		translated := object{}
		for key, inner := range value {
			translated[key] = nullable(inner)
		}
		if typ, ok := value["type"].(string); ok && value["nullable"] == true {
			translated["type"] = []any{typ, "null"}
			delete(translated, "nullable")
		}
		return translated
	}
	return value
}
