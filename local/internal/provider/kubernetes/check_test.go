package kubernetes

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
)

type object = map[string]any

const (
	configMap  = "kubernetes:core/v1:ConfigMap"
	deployment = "kubernetes:apps/v1:Deployment"
)

func props(o object) resource.PropertyMap { return resource.NewPropertyMapFromMap(o) }

func newConfiguredServer(t *testing.T, settings object) *server {
	t.Helper()
	s := New(&provider.HostClient{}, t.TempDir()).(*server)
	_, err := s.Configure(context.Background(), plugin.ConfigureRequest{Inputs: props(settings)})
	require.NoError(t, err)
	return s
}

func check(t *testing.T, s *server, typ string, olds, news resource.PropertyMap) plugin.CheckResponse {
	t.Helper()
	checked, err := s.Check(context.Background(), plugin.CheckRequest{
		URN:  resource.NewURN("gke", "modelferry", "", tokens.Type(typ), "models"),
		Type: tokens.Type(typ), Olds: olds, News: news, RandomSeed: []byte("seed"),
	})
	require.NoError(t, err)
	return checked
}

func TestCheck_setsDefaults(t *testing.T) {
	s := newConfiguredServer(t, object{"namespace": "ml-portfolio"})
	checked := check(t, s, configMap, nil, props(object{"data": object{"a": "1"}}))
	require.Empty(t, checked.Failures)
	object := toUnstructured(checked.Properties)
	require.Equal(t, "v1", object.GetAPIVersion())
	require.Equal(t, "ConfigMap", object.GetKind())
	require.Equal(t, "ml-portfolio", object.GetNamespace())
	require.Regexp(t, `^models-[0-9a-f]{8}$`, object.GetName())
	require.Equal(t, map[string]string{autonamedAnnotation: "true"}, object.GetAnnotations())

	again := check(t, s, configMap, checked.Properties, props(map[string]any{"data": map[string]any{"a": "2"}}))
	require.Equal(t, object.GetName(), toUnstructured(again.Properties).GetName(), "an autoname stays")
}

func TestCheck_keepsExplicitValues(t *testing.T) {
	s := newConfiguredServer(t, object{})
	checked := check(t, s, deployment, nil, props(object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "web", "namespace": "ml"},
	}))
	require.Empty(t, checked.Failures)
	require.EqualValues(t, "ml/web", objectID(toUnstructured(checked.Properties)))
	require.Empty(t, toUnstructured(checked.Properties).GetAnnotations())
	cluster := check(t, s, "kubernetes:core/v1:Namespace", nil, props(object{"metadata": object{"name": "ml"}}))
	require.EqualValues(t, "ml", objectID(toUnstructured(cluster.Properties)), "a cluster-scoped object has no namespace")
}

func TestCheck_failures(t *testing.T) {
	container := func(c object) object {
		return object{
			"metadata": object{"name": "web"},
			"spec":     object{"template": object{"spec": object{"containers": []any{c}}}},
		}
	}
	for _, test := range []struct {
		name, typ  string
		inputs     object
		path, want string
	}{
		{"another kind", configMap, object{"kind": "Secret"}, "kind", `invalid kind "Secret": must be "ConfigMap"`},
		{"unknown field", deployment, container(object{"name": "a", "imagee": "b"}), "spec.template.spec.containers[0].imagee", "unknown field"},
		{"field of a wrong type", deployment, container(object{"name": "a", "ports": []any{object{"containerPort": "http"}}}), "", "containerPort"},
		{"metadata of a wrong type", configMap, object{"metadata": "x"}, "metadata", "must be an object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checked := check(t, newConfiguredServer(t, object{}), test.typ, nil, props(test.inputs))
			require.Len(t, checked.Failures, 1)
			require.Equal(t, test.path, string(checked.Failures[0].Property))
			require.Contains(t, checked.Failures[0].Reason, test.want)
		})
	}
}

func TestCheck_unknownValues(t *testing.T) {
	inputs := props(object{"metadata": object{"name": "web"}, "data": object{"a": "1"}})
	inputs["data"].ObjectValue()["endpoint"] = resource.MakeComputed(resource.NewStringProperty(""))
	checked := check(t, newConfiguredServer(t, object{}), configMap, nil, inputs)
	require.Empty(t, checked.Failures)
	require.True(t, checked.Properties.ContainsUnknowns())
	inputs["metadata"] = resource.MakeComputed(resource.NewStringProperty(""))
	require.Empty(t, check(t, newConfiguredServer(t, object{}), configMap, nil, inputs).Failures)
}

func TestParseTypeToken(t *testing.T) {
	for _, typ := range []string{
		"kubernetes:helm.sh/v3:Release", "kubernetes:apps/v1:DeploymentPatch", "kubernetes:apps/v1:DeploymentList", "kubernetes:yaml:ConfigFile",
	} {
		_, err := parseTypeToken(tokens.Type(typ))
		require.ErrorContains(t, err, typ)
	}
	gvk, err := parseTypeToken("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")
	require.NoError(t, err)
	require.Equal(t, "monitoring.coreos.com/v1, Kind=ServiceMonitor", gvk.String())
}

func TestCheckConfig(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings object
		want     string
	}{
		{"valid", object{"kubeconfig": "x", "namespace": "ml", "enableServerSideApply": "true"}, ""},
		{"client settings as JSON", object{"kubeClientSettings": `{"qps":5}`}, ""},
		{"unknown property", object{"kubeconfg": "x"}, `unknown property "kubeconfg": did you mean "kubeconfig"?`},
		{"client-side apply", object{"enableServerSideApply": "false"}, "supports only server-side apply"},
		{"helm", object{"helmReleaseSettings": "{}"}, "has no Helm releases"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := New(&provider.HostClient{}, "").(*server)
			checked, err := s.CheckConfig(
				context.Background(),
				plugin.CheckConfigRequest{Type: "pulumi:providers:kubernetes", News: props(test.settings)},
			)
			require.NoError(t, err)
			if test.want == "" {
				require.Empty(t, checked.Failures)
				return
			}
			require.Len(t, checked.Failures, 1)
			require.Contains(t, checked.Failures[0].Reason, test.want)
		})
	}
}
