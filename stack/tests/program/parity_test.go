package program

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

func TestParity_kubernetesObjects(t *testing.T) {
	finbert := map[string]any{"releases.nlpinsight.backend": "finbert"}
	gke, eks := stacktest.GKE, stacktest.EKS
	for name, set := range map[string]func(p stacktest.Platform) map[string]any{
		"repository stacks": func(stacktest.Platform) map[string]any { return nil },
		"finbert":           func(stacktest.Platform) map[string]any { return finbert },
		"private endpoints": privateEndpoints,
		"every option":      optionalFeatures,
	} {
		t.Run(name, func(t *testing.T) {
			gkeObjects := stacktest.KubernetesObjects(stacktest.Up(t, "gke", set(gke)))
			eksObjects := stacktest.KubernetesObjects(stacktest.Up(t, "eks", set(eks)))
			require.Empty(t, stacktest.DiffObjects(gke, eks, gkeObjects, eksObjects, stacktest.DiffExceptions))
		})
	}
}

// privateEndpoints returns settings with endpoints for the object store and, on AWS, for STS.
func privateEndpoints(p stacktest.Platform) map[string]any {
	endpoints := map[string]any{"endpoints.storage": "http://10.0.0.1:9000"}
	if p.Stack == "eks" {
		endpoints["endpoints.identity"] = "http://10.0.0.1:9443"
	}
	return endpoints
}

// optionalFeatures returns settings that enable what is off by default.
func optionalFeatures(p stacktest.Platform) map[string]any {
	monitoring := object{"serviceMonitors": true, "labels": object{"release": "prometheus"}}
	if p.Stack == "gke" {
		monitoring["podMonitorings"] = true
	}
	return map[string]any{
		"ingress": stacktest.IngressConfig(p), "monitoring": monitoring,
		"quota": object{"pods": 20}, "containerDefaults": object{"limits": object{"memory": "64Mi"}},
		"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
	}
}

func TestParity_everyExceptionNeeded(t *testing.T) {
	// The config does not allow endpoints together with CSI volumes.
	var runs [][2]map[string]stacktest.Registration
	for _, set := range []func(stacktest.Platform) map[string]any{privateEndpoints, optionalFeatures} {
		runs = append(runs, [2]map[string]stacktest.Registration{
			stacktest.KubernetesObjects(stacktest.Up(t, "gke", set(stacktest.GKE))),
			stacktest.KubernetesObjects(stacktest.Up(t, "eks", set(stacktest.EKS))),
		})
	}
	for i, e := range stacktest.DiffExceptions {
		remaining := slices.Delete(slices.Clone(stacktest.DiffExceptions), i, i+1)
		var diff []string
		for _, run := range runs {
			diff = append(diff, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, run[0], run[1], remaining)...)
		}
		require.NotEmpty(t, diff, "%s %s: the exception is not needed", e.Kind, e.Path)
	}
}

func TestParity_detectsDifference(t *testing.T) {
	for name, change := range map[string]func(map[string]stacktest.Registration){
		"missing object": func(o map[string]stacktest.Registration) { delete(o, "PodDisruptionBudget/bankchurn") },
		"different value": func(o map[string]stacktest.Registration) {
			o["HorizontalPodAutoscaler/bankchurn"].Inputs["spec"].(object)["maxReplicas"] = 4.
		},
		"additional key": func(o map[string]stacktest.Registration) {
			o["ConfigMap/bankchurn-model"].Inputs["data"].(object)["FETCH_VERBOSE"] = "1"
		},
		"missing key": func(o map[string]stacktest.Registration) {
			delete(o["ConfigMap/bankchurn-model"].Inputs["data"].(object), "LOCAL_MODEL_PATH")
		},
		"different image digest": func(o map[string]stacktest.Registration) {
			containers := o["Deployment/bankchurn"].Input(stacktest.PodSpec + "containers").([]any)
			containers[0].(object)["image"] = stacktest.EKS.Registry + "modelferry/bankchurn@sha256:1"
		},
		"artifact in the other bucket": func(o map[string]stacktest.Registration) {
			data := o["ConfigMap/bankchurn-model"].Inputs["data"].(object)
			data["ARTIFACTS"] = strings.ReplaceAll(data["ARTIFACTS"].(string), "eks-datasets", "eks-models")
		},
	} {
		t.Run(name, func(t *testing.T) {
			gke := stacktest.KubernetesObjects(stacktest.Up(t, "gke", nil))
			eks := stacktest.KubernetesObjects(stacktest.RunUncached(t, "eks", stacktest.Settings(t, "eks", nil), false))
			change(eks)
			require.Len(t, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, gke, eks, stacktest.DiffExceptions), 1)
		})
	}
}
