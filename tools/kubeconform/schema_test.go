package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
)

// schemaLocation is kubeconform's template for the file names.
const schemaLocation = "{{.ResourceKind}}{{.KindSuffix}}.json"

func TestKubernetesSchemas_oneFilePerKind(t *testing.T) {
	content, err := os.ReadFile("testdata/swagger.json")
	if err != nil {
		t.Fatal(err)
	}
	all, err := kubernetesSchemas(content)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"deployment-apps-v1.json", "networkpolicy-networking-v1.json", "pod-v1.json"}
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestKubernetesSchemas_validatesManifests(t *testing.T) {
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {any: thing}}\n"
	validateManifests(t, map[string]manifest{
		"valid":                        {head + "spec: {replicas: 1, maxSurge: 1, containers: [{image: a}]}", validator.Valid, ""},
		"text for a number or text":    {head + "spec: {replicas: 1, maxSurge: 25%}", validator.Valid, ""},
		"misspelt field":               {head + "spec: {replicas: 1, containrs: []}", validator.Invalid, "containrs"},
		"misspelt field in a list":     {head + "spec: {replicas: 1, containers: [{imge: a}]}", validator.Invalid, "imge"},
		"misspelt field at the top":    {head + "spce: {replicas: 1}", validator.Invalid, "spce"},
		"missing field":                {head + "spec: {maxSurge: 1}", validator.Invalid, "replicas"},
		"text for a number":            {head + "spec: {replicas: one}", validator.Invalid, "replicas"},
		"boolean for a number or text": {head + "spec: {replicas: 1, maxSurge: true}", validator.Invalid, "maxSurge"},
		"duplicate key":                {head + "spec: {replicas: 1, replicas: 2}", validator.Error, "already set"},
		"unknown kind": {
			"apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a}",
			validator.Error,
			"could not find schema",
		},
	})
}

func TestKubernetesSchemas_rejectsInvalidDocument(t *testing.T) {
	for name, content := range map[string]string{
		"not JSON":                "swagger: 2.0",
		"no definitions":          `{"openapi": "3.0.0"}`,
		"a definition is missing": `{"definitions": {"a": {"$ref": "#/definitions/b", "x-kubernetes-group-version-kind": [{"group": "", "kind": "A", "version": "v1"}]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := kubernetesSchemas([]byte(content)); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

// manifest is the input of a kubeconform run and its expected result.
type manifest struct {
	yaml       string
	wantStatus validator.Status
	wantError  string
}

// validateManifests runs kubeconform on each manifest, with the schemas of testdata/swagger.json and of the CRD files,
// as make lint does.
func validateManifests(t *testing.T, manifests map[string]manifest, definitions ...string) {
	t.Helper()
	dir := t.TempDir()
	if err := run("testdata/swagger.json", dir, definitions...); err != nil {
		t.Fatal(err)
	}
	kubeconform, err := validator.New([]string{filepath.Join(dir, schemaLocation)}, validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range manifests {
		t.Run(name, func(t *testing.T) {
			results := kubeconform.Validate(name, io.NopCloser(strings.NewReader(test.yaml)))
			if len(results) != 1 || results[0].Status != test.wantStatus {
				t.Fatalf("got %+v, want status %v", results, test.wantStatus)
			}
			if test.wantError != "" && !strings.Contains(results[0].Err.Error(), test.wantError) {
				t.Fatalf("error %q does not contain %q", results[0].Err, test.wantError)
			}
		})
	}
}
