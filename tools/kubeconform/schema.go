package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

type object = map[string]any

// jsonSchemaDraft is the newest draft with the keyword "definitions".
const jsonSchemaDraft = "http://json-schema.org/draft-07/schema#"

// kubernetesSchemas returns a schema for each kind in an OpenAPI v2 document. The keys are the file names that
// kubeconform looks for: KIND-GROUP-VERSION.json in lower case, with only the first part of the group. Each schema is
// self-contained and strict: unknown fields are errors.
func kubernetesSchemas(swagger []byte) (map[string]object, error) {
	var document struct{ Definitions map[string]object }
	if err := json.Unmarshal(swagger, &document); err != nil {
		return nil, err
	}
	if len(document.Definitions) == 0 {
		return nil, errors.New("document has no definitions: must be an OpenAPI v2 document")
	}
	schemas := map[string]object{}
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		// Types of several kinds, such as DeleteOptions, are not objects to apply.
		if len(kinds) != 1 {
			continue
		}
		kind, _ := kinds[0].(object)
		definitions := map[string]object{}
		if err := collectDefinitions(name, document.Definitions, definitions); err != nil {
			return nil, err
		}
		schemaName := schemaFileName(kind)
		if _, exists := schemas[schemaName]; exists {
			return nil, fmt.Errorf("%s: two kinds have the same file name", schemaName)
		}
		schemas[schemaName] = object{"$schema": jsonSchemaDraft, "$ref": "#/definitions/" + name, "definitions": definitions}
	}
	return schemas, nil
}

func schemaFileName(kind object) string {
	group, _, _ := strings.Cut(fmt.Sprint(kind["group"]), ".")
	parts := []string{fmt.Sprint(kind["kind"])}
	if group != "" {
		parts = append(parts, group)
	}
	return strings.ToLower(strings.Join(append(parts, fmt.Sprint(kind["version"])), "-")) + ".json"
}

// collectDefinitions adds a definition and everything that it refers to.
func collectDefinitions(name string, definitions, collected map[string]object) error {
	if _, seen := collected[name]; seen {
		return nil
	}
	definition, ok := definitions[name]
	if !ok {
		return fmt.Errorf("definition %q not found", name)
	}
	schema, _ := closeObjects(definition).(object)
	collected[name] = schema
	for _, reference := range definitionRefs(schema) {
		if err := collectDefinitions(reference, definitions, collected); err != nil {
			return err
		}
	}
	return nil
}

// closeObjects forbids unknown fields in every object with properties, and drops descriptions and extensions.
func closeObjects(value any) any {
	switch value := value.(type) {
	case []any:
		closed := make([]any, len(value))
		for k, element := range value {
			closed[k] = closeObjects(element)
		}
		return closed
	case object:
		// The first form is used by built-in kinds, the second by CRDs.
		if value["format"] == "int-or-string" || value["x-kubernetes-int-or-string"] == true {
			return object{"type": []any{"integer", "string"}}
		}
		closed := object{}
		if value["x-kubernetes-preserve-unknown-fields"] == true {
			closed["additionalProperties"] = true
		}
		for key, inner := range value {
			switch {
			case key == "properties":
				fields, _ := inner.(object)
				properties := object{}
				for name, field := range fields {
					properties[name] = closeObjects(field)
				}
				closed[key] = properties
			case key == "description" || strings.HasPrefix(key, "x-kubernetes-"):
			default:
				closed[key] = closeObjects(inner)
			}
		}
		if _, open := closed["additionalProperties"]; closed["properties"] != nil && !open {
			closed["additionalProperties"] = false
		}
		return closed
	}
	return value
}

// definitionRefs returns the names of the definitions that a schema refers to.
func definitionRefs(value any) []string {
	var refs []string
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			refs = append(refs, definitionRefs(element)...)
		}
	case object:
		if reference, ok := value["$ref"].(string); ok {
			refs = append(refs, strings.TrimPrefix(reference, "#/definitions/"))
		}
		for _, inner := range value {
			refs = append(refs, definitionRefs(inner)...)
		}
	}
	return refs
}
