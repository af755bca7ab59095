package kubernetes

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	named := object{"name": "a", "namespace": "ml"}
	autonamed := object{"name": "a-01234567", "namespace": "ml", "annotations": object{autonamedAnnotation: "true"}}
	for _, test := range []struct {
		name, typ       string
		settings        object
		before, now     object
		changes         plugin.DiffChanges
		replace, delete bool
	}{
		{
			"no change", configMap, nil,
			object{"metadata": named, "data": object{"a": "1"}}, object{"metadata": named, "data": object{"a": "1"}},
			plugin.DiffNone, false, false,
		},
		{
			"data of a ConfigMap with a fixed name: delete before replace", configMap, nil,
			object{"metadata": named, "data": object{"a": "1"}}, object{"metadata": named, "data": object{"a": "2"}},
			plugin.DiffSome, true, true,
		},
		{
			"data of an autonamed ConfigMap: create before delete", configMap, nil,
			object{"metadata": autonamed, "data": object{"a": "1"}}, object{"metadata": autonamed, "data": object{"a": "1", "b": "2"}},
			plugin.DiffSome, true, false,
		},
		{
			"data of a mutable ConfigMap", configMap, object{"enableConfigMapMutable": "true"},
			object{"metadata": named, "data": object{"a": "1"}}, object{"metadata": named, "data": object{"a": "2"}},
			plugin.DiffSome, false, false,
		},
		{
			"data of an immutable ConfigMap, if ConfigMaps are mutable", configMap, object{"enableConfigMapMutable": "true"},
			object{"metadata": named, "data": object{"a": "1"}, "immutable": true}, object{"metadata": named, "data": object{"a": "2"}, "immutable": true},
			plugin.DiffSome, true, true,
		},
		{
			"name", configMap, nil,
			object{"metadata": named}, object{"metadata": object{"name": "b", "namespace": "ml"}},
			plugin.DiffSome, true, false,
		},
		{
			"namespace", configMap, nil,
			object{"metadata": named}, object{"metadata": object{"name": "a", "namespace": "other"}},
			plugin.DiffSome, true, false,
		},
		{
			"label", configMap, nil,
			object{"metadata": named}, object{"metadata": object{"name": "a", "namespace": "ml", "labels": object{"a": "b"}}},
			plugin.DiffSome, false, false,
		},
		{
			"image", deployment, nil,
			object{"metadata": named, "spec": object{"template": object{"image": "a"}}}, object{"metadata": named, "spec": object{"template": object{"image": "b"}}},
			plugin.DiffSome, false, false,
		},
		{
			"selector of a Deployment", deployment, nil,
			object{"metadata": named, "spec": object{"selector": object{"matchLabels": object{"a": "1"}}}},
			object{"metadata": named, "spec": object{"selector": object{"matchLabels": object{"a": "2"}}}},
			plugin.DiffSome, true, true,
		},
		{
			"type of a Service", "kubernetes:core/v1:Service", nil,
			object{"metadata": named, "spec": object{"type": "ClusterIP"}}, object{"metadata": named, "spec": object{"type": "NodePort"}},
			plugin.DiffSome, false, false,
		},
		{
			"clusterIP of a Service", "kubernetes:core/v1:Service", nil,
			object{"metadata": named, "spec": object{"ports": []any{}}}, object{"metadata": named, "spec": object{"ports": []any{}, "clusterIP": "None"}},
			plugin.DiffSome, true, true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			diff, err := newConfiguredServer(t, test.settings).Diff(context.Background(), plugin.DiffRequest{
				Type: tokens.Type(test.typ), OldInputs: props(test.before), NewInputs: props(test.now),
			})
			require.NoError(t, err)
			require.Equal(t, test.changes, diff.Changes)
			require.Equal(t, test.replace, diff.Replace())
			require.Equal(t, test.delete, diff.DeleteBeforeReplace)
		})
	}
}

func TestRefreshInputs(t *testing.T) {
	inputs := props(object{
		"metadata": object{"name": "a", "labels": object{}},
		"spec":     object{"replicas": 1, "cpu": "1000m", "list": []any{"a", "b"}, "gone": "x"},
	})
	live := props(object{
		"metadata": object{"name": "a", "uid": "1"},
		"spec":     object{"replicas": 2, "cpu": "1", "list": []any{"a", "c"}, "default": true},
		"status":   object{"ready": true},
	})
	require.Equal(t, props(object{
		"metadata": object{"name": "a", "labels": object{}},
		"spec":     object{"replicas": 2, "cpu": "1000m", "list": []any{"a", "c"}},
	}), refreshInputs(inputs, live))
}
