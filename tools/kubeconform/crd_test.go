package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
)

func TestAddCRD_validatesManifests(t *testing.T) {
	const head = "apiVersion: example.com/v1\nkind: Ferry\nmetadata: {name: a, labels: {any: thing}}\n"
	validateManifests(t, map[string]manifest{
		"valid":                        {head + "spec: {port: 1, berth: north, cargo: {tons: 1, of: {what: ever}}}", validator.Valid, ""},
		"text for a number or text":    {head + "spec: {port: http}", validator.Valid, ""},
		"null for a nullable field":    {head + "spec: {port: 1, berth: null}", validator.Valid, ""},
		"boolean for a number or text": {head + "spec: {port: true}", validator.Invalid, "port"},
		"null for another field":       {head + "spec: {port: null}", validator.Invalid, "port"},
		"misspelt field":               {head + "spec: {port: 1, birth: north}", validator.Invalid, "birth"},
		"misspelt field at the top":    {head + "spec: {port: 1}\nspce: {}", validator.Invalid, "spce"},
		"misspelt field of metadata":   {strings.Replace(head, "labels", "lables", 1) + "spec: {port: 1}", validator.Invalid, "lables"},
		"missing field":                {head + "spec: {}", validator.Invalid, "port"},
		"pattern":                      {head + "spec: {port: 1, berth: N}", validator.Invalid, "berth"},
		"known field among any":        {head + "spec: {port: 1, cargo: {tons: many}}", validator.Invalid, "tons"},
		"version that is not served":   {strings.Replace(head, "/v1", "/v1alpha1", 1), validator.Error, "could not find schema"},
	}, "testdata/crd.yaml")
}

func TestAddCRD_rejectsInvalidDefinition(t *testing.T) {
	swagger, err := os.ReadFile("testdata/swagger.json")
	if err != nil {
		t.Fatal(err)
	}
	served := "kind: CustomResourceDefinition\nspec: {group: example.com, names: {kind: Ferry}, versions: [{name: v1, served: true, schema: {openAPIV3Schema: "
	for name, test := range map[string]struct{ swagger, text string }{
		"another kind":        {string(swagger), "kind: ServiceMonitor\nspec: {group: a}"},
		"a list":              {string(swagger), "- a"},
		"no schema":           {string(swagger), served + "{type: object}}}]}"},
		"kind that exists":    {string(swagger), strings.NewReplacer("example.com", "apps", "Ferry", "Deployment").Replace(served) + "{type: object, properties: {spec: {}}}}}]}"},
		"metadata is unknown": {`{"definitions": {}}`, served + "{type: object, properties: {spec: {}}}}}]}"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := kubernetesSchemas(swagger)
			if err != nil {
				t.Fatal(err)
			}
			before := slices.Sorted(maps.Keys(all))
			if err := addCRD(all, []byte(test.swagger), []byte(test.text)); err == nil {
				t.Fatal("accepted")
			}
			if after := slices.Sorted(maps.Keys(all)); !slices.Equal(before, after) {
				t.Fatalf("%v was added", after)
			}
		})
	}
}
