package kubernetes

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// The outputs have what pulumi-kubernetes needs to continue with the stack, whichever of the two made the object.
func TestCreate_checkpoint(t *testing.T) {
	s := New(&provider.HostClient{}, t.TempDir())
	inputs := props(object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "a"}})
	inputs["data"] = resource.MakeSecret(resource.NewObjectProperty(resource.PropertyMap{"a": resource.NewStringProperty("1")}))
	created, err := s.Create(t.Context(), plugin.CreateRequest{URN: "a", Type: configMap, Properties: inputs})
	require.NoError(t, err)
	require.Equal(t, resource.NewObjectProperty(inputs), created.Properties["__inputs"])
	require.Equal(t, "v1", created.Properties["__initialApiVersion"].StringValue())
	require.Equal(t, "pulumi-kubernetes-modelferry", created.Properties["__fieldManager"].StringValue())

	old := created.Properties.Copy()
	old["__fieldManager"] = resource.NewStringProperty("pulumi-kubernetes-0a1b2c3d")
	old["__initialApiVersion"] = resource.NewStringProperty("v1beta1")
	inputs["immutable"] = resource.NewBoolProperty(true)
	updated, err := s.Update(t.Context(), plugin.UpdateRequest{
		URN: "a", Type: configMap, ID: created.ID, OldOutputs: old, NewInputs: inputs,
	})
	require.NoError(t, err)
	require.Equal(t, resource.NewObjectProperty(inputs), updated.Properties["__inputs"])
	require.Equal(t, "v1beta1", updated.Properties["__initialApiVersion"].StringValue())
	require.Equal(t, "pulumi-kubernetes-0a1b2c3d", updated.Properties["__fieldManager"].StringValue())
}

func TestFieldManager(t *testing.T) {
	require.Equal(t, defaultFieldManager, fieldManager(nil))
	live := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}}
	require.Equal(t, "b", fieldManager(toOutputs(live, nil, props(object{"__fieldManager": "b"}))))
}

// pulumi-kubernetes keeps normalized inputs in the state.
func TestDiff_normalizedInputs(t *testing.T) {
	s := New(&provider.HostClient{}, "")
	secret := object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "a", "namespace": "ml"}}
	pod := func(cpu string) object {
		return object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": "a", "namespace": "ml"}, "spec": object{
			"containers": []any{object{"name": "a", "resources": object{"requests": object{"cpu": cpu, "memory": "1024Mi"}}}},
			"volumes":    []any{object{"name": "tmp", "emptyDir": object{}}},
		}}
	}
	with := func(base object, key string, value any) object {
		result := maps.Clone(base)
		result[key] = value
		return result
	}
	for name, test := range map[string]struct {
		typ         string
		before, now object
		want        plugin.DiffChanges
	}{
		"stringData":         {"kubernetes:core/v1:Secret", with(secret, "data", object{"k": "YQ=="}), with(secret, "stringData", object{"k": "a"}), plugin.DiffNone},
		"changed stringData": {"kubernetes:core/v1:Secret", with(secret, "data", object{"k": "YQ=="}), with(secret, "stringData", object{"k": "b"}), plugin.DiffSome},
		"quantity":           {"kubernetes:core/v1:Pod", pod("1"), pod("1000m"), plugin.DiffNone},
		"changed quantity":   {"kubernetes:core/v1:Pod", pod("1"), pod("1001m"), plugin.DiffSome},
	} {
		t.Run(name, func(t *testing.T) {
			diff, err := s.Diff(t.Context(), plugin.DiffRequest{
				Type: tokens.Type(test.typ), OldInputs: props(test.before), NewInputs: props(test.now),
			})
			require.NoError(t, err)
			require.Equal(t, test.want, diff.Changes)
		})
	}
}

// A refresh of a Secret without a change keeps its inputs.
func TestRefreshInputs_stringData(t *testing.T) {
	live := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"k": "YQ==", "other": "YQ=="},
	}}
	inputs := props(object{"apiVersion": "v1", "kind": "Secret"})
	inputs["stringData"] = resource.MakeSecret(resource.NewObjectProperty(props(object{"k": "a"})))
	refresh := func() resource.PropertyMap {
		return refreshInputs(inputs, withStringData(resource.NewPropertyMapFromMap(live.Object), live, inputs))
	}
	require.Equal(t, inputs, refresh())
	live.Object["data"].(map[string]any)["k"] = "Yg=="
	require.Equal(t, resource.MakeSecret(resource.NewObjectProperty(props(object{"k": "b"}))), refresh()["stringData"])
}
