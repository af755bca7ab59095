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

// The file names are those that kubeconform makes of a manifest.
const location = "{{.ResourceKind}}{{.KindSuffix}}.json"

func TestEveryKindHasAFile(t *testing.T) {
	content, err := os.ReadFile("testdata/swagger.json")
	if err != nil {
		t.Fatal(err)
	}
	all, err := schemas(content)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"deployment-apps-v1.json", "networkpolicy-networking-v1.json", "pod-v1.json"}
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestKubeconformFindsWhatTheAPIDoesNotKnow(t *testing.T) {
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {any: thing}}\n"
	conform(t, map[string]manifest{
		"as it should be":            {head + "spec: {replicas: 1, maxSurge: 1, containers: [{image: a}]}", validator.Valid, ""},
		"text for a number or text":  {head + "spec: {replicas: 1, maxSurge: 25%}", validator.Valid, ""},
		"misspelt field":             {head + "spec: {replicas: 1, containrs: []}", validator.Invalid, "containrs"},
		"misspelt field in a list":   {head + "spec: {replicas: 1, containers: [{imge: a}]}", validator.Invalid, "imge"},
		"misspelt field at the top":  {head + "spce: {replicas: 1}", validator.Invalid, "spce"},
		"missing field":              {head + "spec: {maxSurge: 1}", validator.Invalid, "replicas"},
		"text for a number":          {head + "spec: {replicas: one}", validator.Invalid, "replicas"},
		"truth for a number or text": {head + "spec: {replicas: 1, maxSurge: true}", validator.Invalid, "maxSurge"},
		"key twice":                  {head + "spec: {replicas: 1, replicas: 2}", validator.Error, "already set"},
		"kind that there is not":     {"apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a}", validator.Error, "could not find schema"},
	})
}

func TestWhatIsNoSwaggerIsRefused(t *testing.T) {
	for name, content := range map[string]string{
		"no JSON":                 "swagger: 2.0",
		"no definitions":          `{"openapi": "3.0.0"}`,
		"a definition is missing": `{"definitions": {"a": {"$ref": "#/definitions/b", "x-kubernetes-group-version-kind": [{"group": "", "kind": "A", "version": "v1"}]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := schemas([]byte(content)); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

// manifest is one that is put to kubeconform, and what it has to say.
type manifest struct {
	text string
	want validator.Status
	says string
}

// conform puts manifests to kubeconform, as make lint does with what is
// rendered, under the schemas of a document and of definitions.
func conform(t *testing.T, manifests map[string]manifest, definitions ...string) {
	t.Helper()
	dir := t.TempDir()
	if err := run("testdata/swagger.json", dir, definitions...); err != nil {
		t.Fatal(err)
	}
	kubeconform, err := validator.New([]string{filepath.Join(dir, location)}, validator.Opts{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range manifests {
		t.Run(name, func(t *testing.T) {
			results := kubeconform.Validate(name, io.NopCloser(strings.NewReader(test.text)))
			if len(results) != 1 || results[0].Status != test.want {
				t.Fatalf("got %+v, want status %v", results, test.want)
			}
			if test.says != "" && !strings.Contains(results[0].Err.Error(), test.says) {
				t.Fatalf("%v says nothing of %s", results[0].Err, test.says)
			}
		})
	}
}
