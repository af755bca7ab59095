package provider_test

import (
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
)

type object = map[string]any

func TestSchemaCheck(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	for _, test := range []struct {
		name   string
		inputs resource.PropertyMap
		want   []string
	}{
		{"valid", resource.NewPropertyMapFromMap(object{
			"location": "EU", "labels": object{"a": "b"}, "versioning": object{"enabled": true},
			"lifecycleRules": []any{object{"action": object{"type": "Delete"}, "condition": object{"age": 30}}},
		}), nil},
		{"unknown property", resource.NewPropertyMapFromMap(object{"location": "EU", "lables": object{}}), []string{
			`gcp:storage/bucket:Bucket: unknown property "lables": did you mean "labels"?`,
		}},
		{"unknown property without a suggestion", resource.NewPropertyMapFromMap(object{"location": "EU", "zzz": 1}), []string{
			`gcp:storage/bucket:Bucket: unknown property "zzz"`,
		}},
		{"unknown nested property", resource.NewPropertyMapFromMap(object{"location": "EU", "versioning": object{"enable": true}}), []string{
			`gcp:storage/bucket:Bucket: unknown property "versioning.enable": did you mean "enabled"?`,
			`gcp:storage/bucket:Bucket: missing required property "versioning.enabled"`,
		}},
		{"wrong type in a list", resource.NewPropertyMapFromMap(object{
			"location": "EU", "lifecycleRules": []any{object{"action": object{"type": 1}, "condition": object{"age": 1.5}}},
		}), []string{
			`gcp:storage/bucket:Bucket: property "lifecycleRules[0].action.type" must be a string, not 1`,
			`gcp:storage/bucket:Bucket: property "lifecycleRules[0].condition.age" must be an integer, not 1.5`,
		}},
		{"wrong types", resource.NewPropertyMapFromMap(object{
			"location": "EU", "forceDestroy": "true", "labels": []any{}, "cors": object{}, "versioning": true,
		}), []string{
			`gcp:storage/bucket:Bucket: property "cors" must be a list, not an object`,
			`gcp:storage/bucket:Bucket: property "forceDestroy" must be a boolean, not a string`,
			`gcp:storage/bucket:Bucket: property "labels" must be a map, not a list`,
			`gcp:storage/bucket:Bucket: property "versioning" must be an object, not true`,
		}},
		{"missing property", resource.PropertyMap{}, []string{
			`gcp:storage/bucket:Bucket: missing required property "location"`,
		}},
		{"null property", resource.NewPropertyMapFromMap(object{"location": nil}), []string{
			`gcp:storage/bucket:Bucket: missing required property "location"`,
		}},
		{"unknown values", resource.PropertyMap{"location": unknown, "versioning": unknown, "labels": unknown}, nil},
		{"secret of a wrong type", resource.PropertyMap{"location": resource.MakeSecret(resource.NewNumberProperty(1))}, []string{
			`gcp:storage/bucket:Bucket: property "location" must be a string, not 1`,
		}},
		{"outputs", resource.PropertyMap{"location": resource.NewOutputProperty(resource.Output{
			Element: resource.NewStringProperty("EU"), Known: true,
		}), "labels": resource.NewOutputProperty(resource.Output{})}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var reasons []string
			for _, failure := range provider.SchemaOf(storage.BucketArgs{}).Check("gcp:storage/bucket:Bucket", test.inputs) {
				reasons = append(reasons, failure.Reason)
				require.Contains(t, failure.Reason, string(failure.Property))
			}
			require.Equal(t, test.want, reasons)
		})
	}
}

func TestSchemaCheck_function(t *testing.T) {
	failures := provider.SchemaOf(container.LookupClusterArgs{}).Check("gcp:container/getCluster:getCluster", resource.PropertyMap{})
	require.Len(t, failures, 1)
	require.EqualValues(t, "name", failures[0].Property)
}

func TestSchemaCheck_extraRequiredInput(t *testing.T) {
	failures := provider.SchemaOf(storage.BucketArgs{}).
		Check("t", resource.NewPropertyMapFromMap(object{"location": "EU"}), "cors")
	require.Len(t, failures, 1)
	require.Equal(t, `t: missing required property "cors"`, failures[0].Reason)
}
