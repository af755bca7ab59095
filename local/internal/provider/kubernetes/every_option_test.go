//go:build e2e

package kubernetes

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/internal/crds"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// A real API server validates the objects of every option on each cloud: their schemas, names, limits and the rules
// between fields. A PersistentVolumeClaim is bound to its volume, which needs no CSI driver.
func TestCreate_everyOption(t *testing.T) {
	for _, name := range []string{"gke", "eks"} {
		t.Run(name, func(t *testing.T) {
			kubeconfig := startControlPlane(t)
			ctx := context.Background()
			s := New(&provider.HostClient{}, "").(*server)
			_, err := s.Configure(ctx, plugin.ConfigureRequest{Inputs: props(object{"kubeconfig": kubeconfig})})
			require.NoError(t, err)
			for _, crd := range [][]byte{crds.ServiceMonitor, crds.PodMonitoring, crds.BackendConfig, crds.FrontendConfig} {
				require.NoError(t, crds.Install(ctx, kubeconfig, crd))
				require.NoError(t, crds.Install(ctx, kubeconfig, crd), "it exists")
			}
			applied := map[string]int{}
			for _, registration := range objectsWithAllOptions(t, name) {
				typ, inputs := tokens.Type(registration.Type), registration.Inputs
				kind := registration.Type[strings.LastIndex(registration.Type, ":")+1:]
				if kind != "PersistentVolumeClaim" {
					inputs["metadata"].(object)["annotations"] = withSkipAwait(inputs["metadata"].(object)["annotations"])
				}
				urn := resource.NewURN(tokens.QName(name), stacktest.Project, "", typ, registration.Name)
				checked, err := s.Check(ctx, plugin.CheckRequest{
					URN: urn, Type: typ, News: props(inputs), RandomSeed: []byte(registration.Name),
				})
				require.NoError(t, err, registration)
				require.Empty(t, checked.Failures, registration)
				_, err = s.Create(ctx, plugin.CreateRequest{
					URN: urn, Type: typ, Properties: checked.Properties, Timeout: timeoutSeconds,
				})
				require.NoError(t, err, registration)
				applied[kind]++
			}
			require.Equal(t, 1, applied["Ingress"])
			require.Equal(t, 3, applied["ServiceMonitor"])
			require.Equal(t, map[string]int{"gke": 3, "eks": 0}[name], applied["PodMonitoring"])
			require.Equal(t, map[string]int{"gke": 0, "eks": 2}[name], applied["PersistentVolumeClaim"])
			require.Equal(t, map[string]int{"gke": 1, "eks": 0}[name], applied["FrontendConfig"])
			require.Equal(t, map[string]int{"gke": 3, "eks": 0}[name], applied["BackendConfig"])
			require.Equal(t, map[string]int{"gke": 0, "eks": 1}[name], applied["ClusterRole"], "of the Cluster Autoscaler")

			invalid := object{"metadata": object{"name": "wrong", "namespace": "ml-portfolio"}, "spec": object{
				"selector": object{}, "endpoints": []any{object{"port": "http", "path": "/metrics", "intervall": "30s"}},
			}}
			typ := "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
			checked := check(t, s, typ, nil, props(invalid))
			_, err = s.Create(ctx, plugin.CreateRequest{
				URN: urn(typ), Type: tokens.Type(typ), Properties: checked.Properties, Timeout: timeoutSeconds,
			})
			require.ErrorContains(t, err, "intervall", "the CRD has a schema")
		})
	}
}

// objectsWithAllOptions returns a stack's objects with every option enabled, in the order of their dependencies.
func objectsWithAllOptions(t *testing.T, name string) []stacktest.Registration {
	t.Helper()
	settings, err := configtest.RepositoryStack(name)
	require.NoError(t, err)
	certificate := map[string]string{"gke": "models", "eks": "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"}[name]
	if name == "gke" {
		settings.Set("monitoring.podMonitorings", true)
	}
	for path, value := range (object{
		"ingress":                     object{"host": "models.example.com", "certificate": certificate},
		"monitoring.serviceMonitors":  true,
		"monitoring.labels":           object{"release": "prometheus"},
		"quota":                       object{"pods": 20},
		"containerDefaults":           object{"limits": object{"memory": "64Mi"}},
		"releases.bankchurn.delivery": "csi",
	}) {
		settings.Set(path, value)
	}
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, name, settings, false)
	require.NoError(t, err)
	var objects []stacktest.Registration
	for _, registration := range record.Registrations {
		if strings.HasPrefix(registration.Type, "kubernetes:") {
			objects = append(objects, registration)
		}
	}
	slices.SortStableFunc(objects, func(a, b stacktest.Registration) int {
		return len(record.Dependencies(a)) - len(record.Dependencies(b))
	})
	return objects
}

// withSkipAwait adds the annotation skipAwait: without a kubelet no pod becomes ready.
func withSkipAwait(annotations any) object {
	annotated := object{skipAwaitAnnotation: "true"}
	if given, ok := annotations.(object); ok {
		for key, value := range given {
			annotated[key] = value
		}
	}
	return annotated
}
