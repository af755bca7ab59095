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
		"as in the repository": func(stacktest.Platform) map[string]any { return nil },
		"finbert":              func(stacktest.Platform) map[string]any { return finbert },
		"private endpoints":    privateEndpoints,
		"every option":         optionalFeatures,
	} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, stacktest.DiffObjects(gke, eks, stacktest.KubernetesObjects(stacktest.Up(t, "gke", set(gke))), stacktest.KubernetesObjects(stacktest.Up(t, "eks", set(eks)))))
		})
	}
}

// privateEndpoints are those of the store and, on AWS, of the token service.
func privateEndpoints(p stacktest.Platform) map[string]any {
	endpoints := map[string]any{"endpoints.storage": "http://10.0.0.1:9000"}
	if p.Stack == "eks" {
		endpoints["endpoints.identity"] = "http://10.0.0.1:9443"
	}
	return endpoints
}

// optionalFeatures switches on what is off by default.
func optionalFeatures(p stacktest.Platform) map[string]any {
	return map[string]any{
		"ingress": stacktest.IngressConfig(p), "monitoring": object{"serviceMonitors": true, "labels": object{"release": "prometheus"}},
		"quota": object{"pods": 20}, "containerDefaults": object{"limits": object{"memory": "64Mi"}},
		"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
	}
}

// Each exception is there because something differs: none is left over.
func TestParity_everyExceptionNeeded(t *testing.T) {
	listed := stacktest.DiffExceptions
	defer func() { stacktest.DiffExceptions = listed }()
	// Endpoints and mounted buckets exclude each other.
	var runs [][2]map[string]stacktest.Registration
	for _, set := range []func(stacktest.Platform) map[string]any{privateEndpoints, optionalFeatures} {
		runs = append(runs, [2]map[string]stacktest.Registration{
			stacktest.KubernetesObjects(stacktest.Up(t, "gke", set(stacktest.GKE))), stacktest.KubernetesObjects(stacktest.Up(t, "eks", set(stacktest.EKS))),
		})
	}
	for k, e := range listed {
		stacktest.DiffExceptions = slices.Delete(slices.Clone(listed), k, k+1)
		var found []string
		for _, run := range runs {
			found = append(found, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, run[0], run[1])...)
		}
		require.NotEmpty(t, found, "%s %s: nothing differs there", e.Kind, e.Path)
	}
}

func TestParity_detectsDifference(t *testing.T) {
	for name, change := range map[string]func(map[string]stacktest.Registration){
		"an object is missing": func(o map[string]stacktest.Registration) { delete(o, "PodDisruptionBudget/bankchurn") },
		"a value differs": func(o map[string]stacktest.Registration) {
			o["HorizontalPodAutoscaler/bankchurn"].Inputs["spec"].(object)["maxReplicas"] = 4.
		},
		"a key is added": func(o map[string]stacktest.Registration) {
			o["ConfigMap/bankchurn-model"].Inputs["data"].(object)["FETCH_VERBOSE"] = "1"
		},
		"a key is gone": func(o map[string]stacktest.Registration) {
			delete(o["ConfigMap/bankchurn-model"].Inputs["data"].(object), "LOCAL_MODEL_PATH")
		},
		"an image's digest differs": func(o map[string]stacktest.Registration) {
			containers := o["Deployment/bankchurn"].Input(stacktest.PodSpec + "containers").([]any)
			containers[0].(object)["image"] = stacktest.EKS.Registry + "modelferry/bankchurn@sha256:1"
		},
		"an artifact lies in the other bucket": func(o map[string]stacktest.Registration) {
			data := o["ConfigMap/bankchurn-model"].Inputs["data"].(object)
			data["ARTIFACTS"] = strings.ReplaceAll(data["ARTIFACTS"].(string), "eks-datasets", "eks-models")
		},
	} {
		t.Run(name, func(t *testing.T) {
			gke, eks := stacktest.KubernetesObjects(stacktest.Up(t, "gke", nil)), stacktest.KubernetesObjects(stacktest.RunUncached(t, "eks", stacktest.Settings(t, "eks", nil), false))
			change(eks)
			require.Len(t, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, gke, eks), 1)
		})
	}
}
