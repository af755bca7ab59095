package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

const (
	pod     = "spec.template.spec."
	fetches = pod + "initContainers[0]."
	serves  = pod + "containers[0]."
)

func deployment(t *testing.T, r *stacktest.Record, s service) stacktest.Registration {
	t.Helper()
	return r.One(t, "kubernetes:apps/v1:Deployment", s.name)
}

func TestFetcherFillsTheVolumeThatTheServerReads(t *testing.T) {
	mounts := map[string]object{
		"bankchurn":  {"name": "models", "mountPath": "/data/raw/Churn.csv", "subPath": "data/raw/Churn.csv", "readOnly": true},
		"nlpinsight": {"name": "models", "mountPath": "/data/raw/train.csv", "subPath": "data/raw/train.csv", "readOnly": true},
	}
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		require.Len(t, d.At(pod+"initContainers"), 1)
		require.Len(t, d.At(pod+"containers"), 1)
		require.Equal(t, []any{
			object{"name": "models", "emptyDir": object{"sizeLimit": volume[s.name]}},
			object{"name": "tmp", "emptyDir": object{"sizeLimit": "64Mi"}},
		}, d.At(pod+"volumes"))
		require.Equal(t, "fetcher", d.At(fetches+"name"))
		require.Equal(t, []any{object{"name": "models", "mountPath": "/models"}}, d.At(fetches+"volumeMounts"), "the fetcher writes there, and nowhere else")
		require.Nil(t, d.At(fetches+"env"))
		configMap := r.One(t, "kubernetes:core/v1:ConfigMap", s.name+"-model")
		require.Equal(t, []any{object{"configMapRef": object{"name": configMap.Name + "-0a1b2c3"}}}, d.At(fetches+"envFrom"))
		want := []any{
			object{"name": "models", "mountPath": "/models", "readOnly": true},
			object{"name": "tmp", "mountPath": "/tmp"},
		}
		if mount, ok := mounts[s.name]; ok {
			want = append(want, mount)
		}
		require.Equal(t, want, d.At(serves+"volumeMounts"), "the server writes to /tmp only")
	})
}

// Sizes of the models' volumes: the artifacts', a tenth more, 16 MiB of staging.
var volume = map[string]string{"bankchurn": "22Mi", "nlpinsight": "22Mi", "chicagotaxi": "19Mi"}

func TestPodsAreRestricted(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		require.Equal(t, object{
			"runAsNonRoot": true, "runAsUser": 65532., "runAsGroup": 65532., "fsGroup": 65532.,
			"seccompProfile": object{"type": "RuntimeDefault"},
		}, d.At(pod+"securityContext"))
		for _, container := range append(d.At(pod+"initContainers").([]any), d.At(pod+"containers").([]any)...) {
			require.Equal(t, object{
				"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
				"capabilities": object{"drop": []any{"ALL"}},
			}, container.(object)["securityContext"])
		}
		require.Equal(t, false, d.At(pod+"automountServiceAccountToken"))
		require.Equal(t, false, d.At(pod+"enableServiceLinks"))
		for _, open := range []string{"hostNetwork", "hostPID", "hostIPC"} {
			require.Nil(t, d.At(pod+open))
		}
		namespace := r.One(t, "kubernetes:core/v1:Namespace", "ml-portfolio")
		require.Equal(t, "restricted", namespace.At("metadata.labels/pod-security.kubernetes.io/enforce"))
	})
}

func TestServerIsTheWorkloadsOwn(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		require.Equal(t, p.registry+"modelferry/"+s.name+"@sha256:"+pin, d.At(serves+"image"))
		require.Equal(t, p.registry+"modelferry/fetcher@sha256:"+pin, d.At(fetches+"image"))
		require.Equal(t, []any{object{"name": "http", "containerPort": 8000.}}, d.At(serves+"ports"))
		env := object{}
		for _, variable := range d.At(serves + "env").([]any) {
			env[variable.(object)["name"].(string)] = variable.(object)["value"]
		}
		want := object{"MODEL_PATH": s.modelDest, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "SERVICE_NAME": s.name, "API_ROOT_PATH": s.root}
		for name, value := range s.env {
			want[name] = value
		}
		require.Equal(t, want, env)
		require.Equal(t, s.cpu, d.At(serves+"resources.requests.cpu"))
		require.Equal(t, s.memory, d.At(serves+"resources.requests.memory"))
		require.Equal(t, s.cpuLimit, d.At(serves+"resources.limits.cpu"))
		require.Equal(t, s.memoryLimit, d.At(serves+"resources.limits.memory"))
		require.Equal(t, object{"preStop": object{"sleep": object{"seconds": 5.}}}, d.At(serves+"lifecycle"),
			"requests still come until every node knows that the pod goes")
		require.Equal(t, 35., d.At(pod+"terminationGracePeriodSeconds"), "30 s of them for what was begun")
		check := object{"path": "/health", "port": "http"}
		for probe, want := range map[string]object{
			"startupProbe":   {"httpGet": check, "periodSeconds": 1., "failureThreshold": s.startup, "timeoutSeconds": 3.},
			"readinessProbe": {"httpGet": check, "periodSeconds": 5., "failureThreshold": 3., "timeoutSeconds": 3.},
			"livenessProbe":  {"httpGet": check, "periodSeconds": 10., "failureThreshold": 3., "timeoutSeconds": 3.},
		} {
			require.Equal(t, want, d.At(serves+probe), probe)
		}
		require.Equal(t, object{
			"artifact.modelferry.dev/model":                                s.model + "@sha256:" + pin,
			"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": "models,tmp",
			"prometheus.io/scrape":                                         "true", "prometheus.io/port": "8000", "prometheus.io/path": "/metrics",
		}, without(d.At("spec.template.metadata.annotations"), "artifact.modelferry.dev/dataset", "artifact.modelferry.dev/predictions"))
	})
}

// A pod's disk is counted: the volume, and each container's logs and /tmp.
func TestPodAsksForItsDisk(t *testing.T) {
	want := map[string][2]string{"bankchurn": {"86Mi", "150Mi"}, "nlpinsight": {"86Mi", "150Mi"}, "chicagotaxi": {"83Mi", "147Mi"}}
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		for _, kind := range []string{"requests", "limits"} {
			require.Equal(t, want[s.name][0], d.At(fetches+"resources."+kind+"/ephemeral-storage"))
			require.Equal(t, want[s.name][1], d.At(serves+"resources."+kind+"/ephemeral-storage"))
		}
		require.Equal(t, "100m", d.At(fetches+"resources.requests.cpu"))
		require.Equal(t, "256Mi", d.At(fetches+"resources.limits.memory"))
	})
}

func TestRolloutKeepsTheOldPods(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		require.Equal(t, s.deployment, d.At("metadata.name"))
		require.NotContains(t, d.Inputs["spec"], "replicas", "their number is the autoscaler's")
		require.Equal(t, object{"type": "RollingUpdate", "rollingUpdate": object{"maxSurge": 1., "maxUnavailable": 0.}}, d.At("spec.strategy"))
		require.Equal(t, 600., d.At("spec.progressDeadlineSeconds"))
		require.Equal(t, "11m0s", d.CreateTimeout, "the engine waits longer than Kubernetes, and so shows its reason")
		require.Equal(t, "11m0s", d.UpdateTimeout)
		require.Equal(t, object{"app": s.deployment}, d.At("spec.selector.matchLabels"))
		require.Equal(t, "ml-service", d.At("spec.template.metadata.labels.tier"))
		require.Equal(t, s.deployment, d.At("spec.template.metadata.labels.app"))
	})
}

// A server without metrics is not scraped, and neither is one of a stack whose
// Prometheus asks another way.
func TestScrapeAnnotationsCanBeLeftOut(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"no metrics": {"services.bankchurn.metrics": "-"}, "no annotations": {"monitoring.annotations": false},
	} {
		for _, p := range platforms {
			d := recorded(t, p.stack, set).One(t, "Deployment", "bankchurn")
			require.ElementsMatch(t, []string{"artifact.modelferry.dev/model", "artifact.modelferry.dev/dataset", "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"},
				keyList(d.At("spec.template.metadata.annotations").(object)), name)
		}
	}
}

func TestReplicasAreKeptApart(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d, same := deployment(t, r, s), object{"matchLabels": object{"app": s.deployment}}
		require.Equal(t, []any{object{
			"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1., "whenUnsatisfiable": "ScheduleAnyway",
			"labelSelector": same, "matchLabelKeys": []any{"pod-template-hash"},
		}}, d.At(pod+"topologySpreadConstraints"))
		require.Equal(t, []any{object{"weight": 100., "podAffinityTerm": object{"topologyKey": "kubernetes.io/hostname", "labelSelector": same}}},
			d.At(pod+"affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution"))
	})
}

func TestPodsGoToTheServicesNodes(t *testing.T) {
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		d := deployment(t, r, s)
		require.Equal(t, []any{object{"key": "workload-type", "operator": "Equal", "value": "ml-services", "effect": "NoSchedule"}}, d.At(pod+"tolerations"))
		require.Equal(t, object{"requiredDuringSchedulingIgnoredDuringExecution": object{"nodeSelectorTerms": []any{servicesNodes}}},
			d.At(pod+"affinity.nodeAffinity"), "a nodes' autoscaler takes no note of what is preferred")
		require.Nil(t, d.At(serves+"resources.limits/nvidia.com/gpu"))
	})
}

var servicesNodes = object{"matchExpressions": []any{object{"key": "workload-type", "operator": "In", "values": []any{"ml-services"}}}}

// A cluster that is there may have no such nodes, and runs the services too.
func TestPodsTakeWhatNodesAClusterHas(t *testing.T) {
	for _, p := range platforms {
		d := recorded(t, p.stack, map[string]any{"cluster": object{"existing": "production"}}).One(t, "Deployment", "bankchurn")
		require.Equal(t, object{"preferredDuringSchedulingIgnoredDuringExecution": []any{object{"weight": 100., "preference": servicesNodes}}},
			d.At(pod+"affinity.nodeAffinity"))
	}
}

func without(from any, keys ...string) object {
	left := with(from.(object), nil)
	for _, key := range keys {
		delete(left, key)
	}
	return left
}
