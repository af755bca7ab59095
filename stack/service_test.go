package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestServiceAccountIsTheServicesOwn(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		account := r.One(t, "kubernetes:core/v1:ServiceAccount", s.name)
		require.Equal(t, s.deployment, account.At("metadata.name"))
		require.Equal(t, "ml-portfolio", account.At("metadata.namespace"))
		require.Equal(t, false, account.At("automountServiceAccountToken"))
		want := p.annotations(s.deployment)
		for key, value := range want {
			want[key] = r.Computed(value)
		}
		if want == nil {
			require.Empty(t, account.At("metadata.annotations"))
		} else {
			require.Equal(t, want, account.At("metadata.annotations"))
		}
		require.Equal(t, s.deployment, deployment(t, r, s).At(pod+"serviceAccountName"))
	})
}

func TestServiceLeadsToThePods(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		service := r.One(t, "kubernetes:core/v1:Service", s.name)
		require.Equal(t, s.service, service.At("metadata.name"))
		require.Equal(t, object{
			"type": "ClusterIP", "selector": object{"app": s.deployment},
			"ports": []any{object{"name": "http", "port": 80., "targetPort": "http"}},
		}, service.At("spec"))
	})
}

func TestAutoscalerFollowsTheCPU(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		autoscaler := r.One(t, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", s.name)
		require.Equal(t, object{
			"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": s.deployment},
			"minReplicas":    1., "maxReplicas": 3.,
			"metrics": []any{object{"type": "Resource", "resource": object{
				"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": s.load},
			}}},
			"behavior": object{"scaleDown": object{"stabilizationWindowSeconds": 300.}},
		}, autoscaler.At("spec"))
	})
}

func TestDrainTakesOnePodAtATime(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		budget := r.One(t, "kubernetes:policy/v1:PodDisruptionBudget", s.name)
		require.Equal(t, object{"maxUnavailable": 1., "selector": object{"matchLabels": object{"app": s.deployment}}}, budget.At("spec"))
	})
}

func TestEveryObjectIsInTheNamespace(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		require.Len(t, objects(r), 2+7*len(services))
		for name, object := range objects(r) {
			if object.Type != "kubernetes:core/v1:Namespace" {
				require.Equal(t, "ml-portfolio", object.At("metadata.namespace"), name)
			}
		}
	})
}
