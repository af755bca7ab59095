package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

type object = map[string]any

// draft is the newest in which definitions are called so.
const draft = "http://json-schema.org/draft-07/schema#"

// schemas returns a schema for each kind of object, by the name that
// kubeconform looks for: KIND-GROUP-VERSION.json, in small letters, the
// group's first part only. Each is whole by itself, and strict: a field that
// the API does not know is a fault.
func schemas(swagger []byte) (map[string]object, error) {
	var document struct{ Definitions map[string]object }
	if err := json.Unmarshal(swagger, &document); err != nil {
		return nil, err
	}
	if len(document.Definitions) == 0 {
		return nil, errors.New("has no definitions: name an OpenAPI v2 document")
	}
	all := map[string]object{}
	for name, definition := range document.Definitions {
		kinds, _ := definition["x-kubernetes-group-version-kind"].([]any)
		// What is of many kinds, such as DeleteOptions, is no object that one applies.
		if len(kinds) != 1 {
			continue
		}
		kind, _ := kinds[0].(object)
		used := map[string]object{}
		if err := collect(name, document.Definitions, used); err != nil {
			return nil, err
		}
		file := fileName(kind)
		if _, taken := all[file]; taken {
			return nil, fmt.Errorf("%s: two kinds are called so", file)
		}
		all[file] = object{"$schema": draft, "$ref": "#/definitions/" + name, "definitions": used}
	}
	return all, nil
}

func fileName(kind object) string {
	group, _, _ := strings.Cut(fmt.Sprint(kind["group"]), ".")
	parts := []string{fmt.Sprint(kind["kind"])}
	if group != "" {
		parts = append(parts, group)
	}
	return strings.ToLower(strings.Join(append(parts, fmt.Sprint(kind["version"])), "-")) + ".json"
}

// collect puts a definition, and all that it refers to, into used.
func collect(name string, definitions, used map[string]object) error {
	if _, seen := used[name]; seen {
		return nil
	}
	definition, ok := definitions[name]
	if !ok {
		return fmt.Errorf("%s: there is no such definition", name)
	}
	schema, _ := strict(definition).(object)
	used[name] = schema
	for _, reference := range references(schema) {
		if err := collect(reference, definitions, used); err != nil {
			return err
		}
	}
	return nil
}

// strict closes every object whose fields are known, and drops what only people read.
func strict(value any) any {
	switch value := value.(type) {
	case []any:
		all := make([]any, len(value))
		for k, element := range value {
			all[k] = strict(element)
		}
		return all
	case object:
		// The two ways to say it: of the API itself, and of a kind that is added.
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
					properties[name] = strict(field)
				}
				closed[key] = properties
			case key == "description" || strings.HasPrefix(key, "x-kubernetes-"):
			default:
				closed[key] = strict(inner)
			}
		}
		if _, open := closed["additionalProperties"]; closed["properties"] != nil && !open {
			closed["additionalProperties"] = false
		}
		return closed
	}
	return value
}

// references lists the definitions that a schema refers to.
func references(value any) []string {
	var all []string
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			all = append(all, references(element)...)
		}
	case object:
		if reference, ok := value["$ref"].(string); ok {
			all = append(all, strings.TrimPrefix(reference, "#/definitions/"))
		}
		for _, inner := range value {
			all = append(all, references(inner)...)
		}
	}
	return all
}
