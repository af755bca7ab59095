// Package workload tests the Kubernetes objects that the program registers for each service.
package workload

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

func TestDeployment_fetcherAndServerVolumes(t *testing.T) {
	extraMounts := map[string]object{
		"bankchurn":  {"name": "models", "mountPath": "/data/raw/Churn.csv", "subPath": "data/raw/Churn.csv", "readOnly": true},
		"nlpinsight": {"name": "models", "mountPath": "/data/raw/train.csv", "subPath": "data/raw/train.csv", "readOnly": true},
	}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		require.Len(t, d.Input(stacktest.PodSpec+"initContainers"), 1)
		require.Len(t, d.Input(stacktest.PodSpec+"containers"), 1)
		require.Equal(t, []any{
			object{"name": "models", "emptyDir": object{"sizeLimit": volumeSizes[s.Name]}},
			object{"name": "tmp", "emptyDir": object{"sizeLimit": "64Mi"}},
		}, d.Input(stacktest.PodSpec+"volumes"))
		require.Equal(t, "fetcher", d.Input(stacktest.FetcherContainer+"name"))
		require.Equal(t, []any{object{"name": "models", "mountPath": "/models"}}, d.Input(stacktest.FetcherContainer+"volumeMounts"),
			"the fetcher writes to the models volume only")
		require.Nil(t, d.Input(stacktest.FetcherContainer+"env"))
		configMap := r.MustGet(t, "kubernetes:core/v1:ConfigMap", s.Name+"-model")
		require.Equal(t, []any{object{"configMapRef": object{"name": configMap.Name + "-0a1b2c3"}}},
			d.Input(stacktest.FetcherContainer+"envFrom"))
		want := []any{
			object{"name": "models", "mountPath": "/models", "readOnly": true},
			object{"name": "tmp", "mountPath": "/tmp"},
		}
		if mount, ok := extraMounts[s.Name]; ok {
			want = append(want, mount)
		}
		require.Equal(t, want, d.Input(stacktest.ServerContainer+"volumeMounts"), "the server writes to /tmp only")
	})
}

// volumeSizes are the sizes of the models volumes: the artifacts, 10% more, and 16 MiB for staging.
var volumeSizes = map[string]string{"bankchurn": "22Mi", "nlpinsight": "22Mi", "chicagotaxi": "19Mi"}

func TestDeployment_restrictedSecurityContext(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		require.Equal(t, object{
			"runAsNonRoot": true, "runAsUser": 65532., "runAsGroup": 65532., "fsGroup": 65532.,
			"seccompProfile": object{"type": "RuntimeDefault"},
		}, d.Input(stacktest.PodSpec+"securityContext"))
		for _, container := range append(d.Input(stacktest.PodSpec+"initContainers").([]any),
			d.Input(stacktest.PodSpec+"containers").([]any)...) {
			require.Equal(t, object{
				"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
				"capabilities": object{"drop": []any{"ALL"}},
			}, container.(object)["securityContext"])
		}
		require.Equal(t, false, d.Input(stacktest.PodSpec+"automountServiceAccountToken"))
		require.Equal(t, false, d.Input(stacktest.PodSpec+"enableServiceLinks"))
		for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
			require.Nil(t, d.Input(stacktest.PodSpec+field))
		}
		namespace := r.MustGet(t, "kubernetes:core/v1:Namespace", "ml-portfolio")
		require.Equal(t, "restricted", namespace.Input("metadata.labels/pod-security.kubernetes.io/enforce"))
	})
}

func TestDeployment_serverContainer(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		require.Equal(t, p.Registry+"modelferry/"+s.Name+"@sha256:"+stacktest.Digest, d.Input(stacktest.ServerContainer+"image"))
		require.Equal(t, p.Registry+"modelferry/fetcher@sha256:"+stacktest.Digest, d.Input(stacktest.FetcherContainer+"image"))
		require.Equal(t, []any{object{"name": "http", "containerPort": 8000.}}, d.Input(stacktest.ServerContainer+"ports"))
		env := object{}
		for _, variable := range d.Input(stacktest.ServerContainer + "env").([]any) {
			env[variable.(object)["name"].(string)] = variable.(object)["value"]
		}
		want := object{"MODEL_PATH": s.ModelDest, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "SERVICE_NAME": s.Name,
			"API_ROOT_PATH": s.RootPath}
		maps.Copy(want, p.ServerEnv)
		for name, value := range s.Env {
			want[name] = value
		}
		require.Equal(t, want, env)
		require.Equal(t, s.CPURequest, d.Input(stacktest.ServerContainer+"resources.requests.cpu"))
		require.Equal(t, s.MemoryRequest, d.Input(stacktest.ServerContainer+"resources.requests.memory"))
		require.Equal(t, s.CPULimit, d.Input(stacktest.ServerContainer+"resources.limits.cpu"))
		require.Equal(t, s.MemoryLimit, d.Input(stacktest.ServerContainer+"resources.limits.memory"))
		require.Equal(t, "FallbackToLogsOnError", d.Input(stacktest.ServerContainer+"terminationMessagePolicy"),
			"a server that cannot load its model says why in the pod's status")
		require.Equal(t, object{"preStop": object{"sleep": object{"seconds": 5.}}}, d.Input(stacktest.ServerContainer+"lifecycle"),
			"requests arrive until every node has removed the endpoint")
		require.Equal(t, 35., d.Input(stacktest.PodSpec+"terminationGracePeriodSeconds"),
			"5 s for preStop and 30 s for requests in progress")
		httpGet := object{"path": "/health", "port": "http"}
		for probe, want := range map[string]object{
			"startupProbe":   {"httpGet": httpGet, "periodSeconds": 1., "failureThreshold": s.StartupSeconds, "timeoutSeconds": 3.},
			"readinessProbe": {"httpGet": httpGet, "periodSeconds": 5., "failureThreshold": 3., "timeoutSeconds": 3.},
			"livenessProbe":  {"httpGet": httpGet, "periodSeconds": 10., "failureThreshold": 3., "timeoutSeconds": 3.},
		} {
			require.Equal(t, want, d.Input(stacktest.ServerContainer+probe), probe)
		}
		require.Equal(t, object{
			"artifact.modelferry.dev/model":                                s.ModelPath + "@sha256:" + stacktest.Digest,
			"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "models,tmp",
			"prometheus.io/scrape":                                         "true", "prometheus.io/port": "8000",
			"prometheus.io/path": "/metrics",
		}, stacktest.Omit(d.Input("spec.template.metadata.annotations"),
			"artifact.modelferry.dev/dataset", "artifact.modelferry.dev/predictions"))
	})
}

func TestDeployment_pathWithDollarSign(t *testing.T) {
	set := map[string]any{"services.bankchurn.modelFolder": "/srv/$$", "services.bankchurn.artifacts.model.dest": "$(LOG_LEVEL).joblib"}
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, _ *stacktest.Record) {
		d := stacktest.Up(t, p.Stack, set).MustGet(t, "Deployment", "bankchurn")
		require.Contains(t, d.Input(stacktest.ServerContainer+"env"),
			object{"name": "MODEL_PATH", "value": "/srv/$$$$/$$(LOG_LEVEL).joblib"}, "Kubernetes makes a $ of each $$")
	})
}

// Ephemeral storage is the models volume and the logs and /tmp of each container.
func TestDeployment_ephemeralStorage(t *testing.T) {
	want := map[string][2]string{"bankchurn": {"86Mi", "150Mi"}, "nlpinsight": {"86Mi", "150Mi"}, "chicagotaxi": {"83Mi", "147Mi"}}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		for _, kind := range []string{"requests", "limits"} {
			require.Equal(t, want[s.Name][0], d.Input(stacktest.FetcherContainer+"resources."+kind+"/ephemeral-storage"))
			require.Equal(t, want[s.Name][1], d.Input(stacktest.ServerContainer+"resources."+kind+"/ephemeral-storage"))
		}
		require.Equal(t, "100m", d.Input(stacktest.FetcherContainer+"resources.requests.cpu"))
		require.Equal(t, "256Mi", d.Input(stacktest.FetcherContainer+"resources.limits.memory"))
	})
}

func TestDeployment_rollingUpdate(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		require.Equal(t, s.Deployment, d.Input("metadata.name"))
		require.NotContains(t, d.Inputs["spec"], "replicas", "the HorizontalPodAutoscaler sets replicas")
		require.Equal(t, object{"type": "RollingUpdate", "rollingUpdate": object{"maxSurge": 1., "maxUnavailable": 0.}},
			d.Input("spec.strategy"))
		require.Equal(t, 600., d.Input("spec.progressDeadlineSeconds"))
		require.Equal(t, "11m0s", d.CreateTimeout, "the engine has to wait longer than Kubernetes to show the reason of a failure")
		require.Equal(t, "11m0s", d.UpdateTimeout)
		require.Equal(t, object{"app": s.Deployment}, d.Input("spec.selector.matchLabels"))
		require.Equal(t, "ml-service", d.Input("spec.template.metadata.labels.tier"))
		require.Equal(t, s.Deployment, d.Input("spec.template.metadata.labels.app"))
	})
}

func TestDeployment_noScrapeAnnotations(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"no metrics": {"services.bankchurn.metrics": "-"}, "no annotations": {"monitoring.annotations": false},
	} {
		for _, p := range stacktest.Platforms {
			d := stacktest.Up(t, p.Stack, set).MustGet(t, "Deployment", "bankchurn")
			require.ElementsMatch(t,
				[]string{"artifact.modelferry.dev/model", "artifact.modelferry.dev/dataset",
					"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"},
				slices.Collect(maps.Keys(d.Input("spec.template.metadata.annotations").(object))), name)
		}
	}
}

func TestDeployment_topologySpread(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d, samePods := stacktest.GetDeployment(t, r, s), object{"matchLabels": object{"app": s.Deployment}}
		require.Equal(t, []any{object{
			"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1., "whenUnsatisfiable": "ScheduleAnyway",
			"labelSelector": samePods, "matchLabelKeys": []any{"pod-template-hash"},
		}}, d.Input(stacktest.PodSpec+"topologySpreadConstraints"))
		require.Equal(t,
			[]any{object{"weight": 100., "podAffinityTerm": object{"topologyKey": "kubernetes.io/hostname", "labelSelector": samePods}}},
			d.Input(stacktest.PodSpec+"affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution"))
	})
}

func TestDeployment_nodeAffinity(t *testing.T) {
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		d := stacktest.GetDeployment(t, r, s)
		require.Equal(t, []any{object{"key": "workload-type", "operator": "Equal", "value": "ml-services", "effect": "NoSchedule"}},
			d.Input(stacktest.PodSpec+"tolerations"))
		require.Equal(t,
			object{"requiredDuringSchedulingIgnoredDuringExecution": object{"nodeSelectorTerms": []any{servicesNodeSelectorTerm}}},
			d.Input(stacktest.PodSpec+"affinity.nodeAffinity"), "the Cluster Autoscaler ignores preferred affinity")
		require.Nil(t, d.Input(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu"))
	})
}

var servicesNodeSelectorTerm = object{"matchExpressions": []any{object{"key": "workload-type", "operator": "In",
	"values": []any{"ml-services"}}}}

// An existing cluster may have no nodes with the label.
func TestDeployment_nodeAffinityOnExistingCluster(t *testing.T) {
	for _, p := range stacktest.Platforms {
		d := stacktest.Up(t, p.Stack, map[string]any{"cluster": object{"existing": "production"}}).MustGet(t, "Deployment", "bankchurn")
		require.Equal(t,
			object{"preferredDuringSchedulingIgnoredDuringExecution": []any{object{"weight": 100.,
				"preference": servicesNodeSelectorTerm}}},
			d.Input(stacktest.PodSpec+"affinity.nodeAffinity"))
	}
}
