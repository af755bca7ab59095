package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestServiceAccount_annotations(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		account := r.MustGet(t, "kubernetes:core/v1:ServiceAccount", s.Name)
		require.Equal(t, s.Deployment, account.Input("metadata.name"))
		require.Equal(t, "ml-portfolio", account.Input("metadata.namespace"))
		require.Equal(t, false, account.Input("automountServiceAccountToken"))
		want := p.ServiceAccountAnnotations(s.Deployment)
		for key, value := range want {
			want[key] = r.Computed(value)
		}
		if want == nil {
			require.Empty(t, account.Input("metadata.annotations"))
		} else {
			require.Equal(t, want, account.Input("metadata.annotations"))
		}
		require.Equal(t, s.Deployment, stacktest.GetDeployment(t, r, s).Input(stacktest.PodSpec+"serviceAccountName"))
	})
}

// In a stack of an earlier version the service account is a part of the released service.
func TestServiceAccount_formerURN(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		require.Equal(t,
			[]string{"urn:pulumi:" + p.Stack + "::modelferry::modelferry:index:ModelService$kubernetes:core/v1:ServiceAccount::" + s.Name},
			r.MustGet(t, "kubernetes:core/v1:ServiceAccount", s.Name).Aliases)
	})
}

func TestService_selectsPods(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		service := r.MustGet(t, "kubernetes:core/v1:Service", s.Name)
		require.Equal(t, s.ServiceName, service.Input("metadata.name"))
		require.Equal(t, object{
			"type": "ClusterIP", "selector": object{"app": s.Deployment},
			"ports": []any{object{"name": "http", "port": 80., "targetPort": "http"}},
		}, service.Input("spec"))
	})
}

func TestHPA_cpuUtilization(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		autoscaler := r.MustGet(t, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", s.Name)
		require.Equal(t, object{
			"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": s.Deployment},
			"minReplicas":    2., "maxReplicas": 3.,
			"metrics": []any{object{"type": "Resource", "resource": object{
				"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": s.CPUTarget},
			}}},
			"behavior": object{"scaleDown": object{"stabilizationWindowSeconds": 300.}},
		}, autoscaler.Input("spec"))
	})
}

func TestPodDisruptionBudget_oneUnavailable(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		budget := r.MustGet(t, "kubernetes:policy/v1:PodDisruptionBudget", s.Name)
		require.Equal(t, object{"maxUnavailable": 1., "selector": object{"matchLabels": object{"app": s.Deployment}}}, budget.Input("spec"))
	})
}

func TestNamespace_containsEveryObject(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Len(t, stacktest.KubernetesObjects(r), 2+7*len(stacktest.Services))
		for name, object := range stacktest.KubernetesObjects(r) {
			if object.Type != "kubernetes:core/v1:Namespace" {
				require.Equal(t, "ml-portfolio", object.Input("metadata.namespace"), name)
			}
		}
	})
}
