// Command schemas writes JSON schemas for kubeconform, one file per kind, from
// the OpenAPI document of Kubernetes and from CustomResourceDefinitions.
//
// usage: schemas SWAGGER DIR [CRD…]
// SWAGGER is Kubernetes' api/openapi-spec/swagger.json, CRD the YAML file of a
// CustomResourceDefinition.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: schemas SWAGGER DIR [CRD...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]...); err != nil {
		fmt.Fprintf(os.Stderr, "schemas: %v\n", err)
		os.Exit(1)
	}
}

func run(swagger, dir string, crdFiles ...string) error {
	content, err := os.ReadFile(swagger)
	if err != nil {
		return err
	}
	schemas, err := kubernetesSchemas(content)
	if err != nil {
		return fmt.Errorf("%s: %w", swagger, err)
	}
	for _, file := range crdFiles {
		encoded, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := addCRD(schemas, content, encoded); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, schema := range schemas {
		encoded, err := json.Marshal(schema)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), encoded, 0o644); err != nil {
			return err
		}
	}
	return nil
}
