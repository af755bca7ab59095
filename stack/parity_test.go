package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// exception is a value of the Kubernetes objects that may differ by cloud.
type exception struct {
	// Kind of the object, * for any, and the path in it; * stands for one key or
	// index. A path of * alone: the object is on one cloud only.
	kind, path string
	// Same brings the values of a cloud to what has to be equal of them still.
	// Nil: the value, or its absence, is the cloud's own business.
	same func(p platform, value string) string
	why  string
}

// exceptions is the whole list of what differs. An endpoint in the config adds
// a key of the cloud's own SDK; the repository's stacks have none.
var exceptions = []exception{
	{"ConfigMap", "data.GCS_BUCKET", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.GCS_MODEL_PATH", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.S3_BUCKET", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.S3_MODEL_PATH", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.ARTIFACTS", bucketNames, "buckets are named by project or by account"},
	{"ConfigMap", "data.GCE_METADATA_HOST", nil, "where GKE hands out a pod's token"},
	{"ConfigMap", "data.AWS_REGION", nil, "the AWS SDK asks for it"},
	{"ConfigMap", "data.AWS_EC2_METADATA_DISABLED", nil, "a pod without a role must not read as the node"},
	{"ConfigMap", "data.STORAGE_EMULATOR_HOST", nil, "a configured endpoint, in the SDK's words"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_S3", nil, "a configured endpoint, in the SDK's words"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_STS", nil, "a configured endpoint, in the SDK's words"},
	{"ServiceAccount", "metadata.annotations.eks.amazonaws.com/role-arn", nil, "IRSA ties an account to its role by it; GKE needs nothing"},
	{"*", "metadata.labels.modelferry.dev/stack", nil, "each stack has its name"},
	{"Deployment", "spec.template.metadata.labels.modelferry.dev/stack", nil, "each stack has its name"},
	{"NetworkPolicy", "spec.egress." + opened("169.254.169.254/32", 80), nil, "GKE's metadata server hands out tokens"},
	{"NetworkPolicy", "spec.egress." + opened("169.254.169.252/32", 988), nil, "the same, on clusters with Calico"},
	{"NetworkPolicy", "spec.egress." + opened("10.0.0.1/32", 9443), nil, "a configured endpoint of STS"},
	{"Ingress", "spec.ingressClassName", nil, "GKE's controller knows its classes by an annotation, AWS' by this"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.class", nil, "GKE's load balancer"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.allow-http", nil, "GKE's load balancer: HTTPS alone"},
	{"Ingress", "metadata.annotations.ingress.gcp.kubernetes.io/pre-shared-cert", nil, "GKE's load balancer: the certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/scheme", nil, "AWS' load balancer: internal or not"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/target-type", nil, "AWS' load balancer: the pods themselves"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/listen-ports", nil, "AWS' load balancer: HTTPS alone"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/certificate-arn", nil, "AWS' load balancer: the certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/ssl-policy", nil, "AWS' load balancer: versions of TLS"},
	{"Ingress", "metadata.annotations.networking.gke.io/v1beta1.FrontendConfig", nil, "GKE's load balancer: versions of TLS"},
	{"FrontendConfig", "*", nil, "GKE's load balancer: versions of TLS, in an object of their own"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/tags", nil, "AWS' load balancer: whose it is; Google's has no labels"},
	{"Service", "metadata.annotations.cloud.google.com/neg", nil, "GKE's load balancer speaks to pods by it; AWS' by its Ingress"},
	{"Service", "metadata.annotations.alb.ingress.kubernetes.io/healthcheck-path", nil, "AWS' load balancer; Google's reads the readiness probe"},
	{"Namespace", "metadata.labels.elbv2.k8s.aws/pod-readiness-gate-inject", nil, "AWS' load balancer; GKE does so unasked"},
	{"NetworkPolicy", "spec.ingress.0.from.1.ipBlock.cidr", nil, "where a load balancer speaks from"},
	{"NetworkPolicy", "spec.ingress.0.from.2.ipBlock.cidr", nil, "where a load balancer speaks from"},
	{"PersistentVolume", "*", nil, "AWS' driver mounts no volumes of a pod's own"},
	{"PersistentVolumeClaim", "*", nil, "AWS' driver mounts no volumes of a pod's own"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/volumes", nil, "GKE's driver finds its pods by it"},
	{"Deployment", "spec.template.spec.volumes.*.csi.driver", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.readOnly", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.bucketName", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.mountOptions", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.skipCSIBucketAccessCheck", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.claimName", nil, "a mounted bucket, by a claim"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.readOnly", nil, "a mounted bucket, by a claim"},
	{"Deployment", "spec.template.spec.containers.*.image", registry, "images come from the cloud's own registry"},
	{"Deployment", "spec.template.spec.initContainers.*.image", registry, "images come from the cloud's own registry"},
}

// opened is the rule of a policy that opens one place. A rule has no name and
// its place in the list says nothing: it is compared by what it says.
func opened(cidr string, port float64) string {
	return ruleText(egressTo(cidr, port))
}

func ruleText(rule any) string {
	text, err := json.Marshal(rule)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func bucketNames(p platform, value string) string {
	for name, bucket := range p.buckets {
		value = strings.ReplaceAll(value, `"bucket":"`+bucket+`"`, `"bucket":"`+name+`"`)
	}
	return value
}

func registry(p platform, value string) string { return strings.TrimPrefix(value, p.registry) }

// clustersOwn are the components that a cluster has for itself, whatever
// runs on it: not every cloud's needs them.
var clustersOwn = []string{
	"modelferry:index:NodeAutoscaler", // GKE has one of its own
}

// objects returns the services' Kubernetes objects of a run by kind and name.
func objects(r *stacktest.Record) map[string]stacktest.Registration {
	all := map[string]stacktest.Registration{}
	for _, each := range r.All {
		parent, _ := r.ByURN(each.Parent)
		if strings.HasPrefix(each.Type, "kubernetes:") && !slices.Contains(clustersOwn, parent.Type) {
			all[kind(each)+"/"+each.Name] = each
		}
	}
	return all
}

func kind(r stacktest.Registration) string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

// leaves lists an object's values by their paths, without what may differ.
func leaves(p platform, kind string, inputs map[string]any) map[string]string {
	all := map[string]string{}
	var visit func(path []string, at any)
	visit = func(path []string, at any) {
		switch at := at.(type) {
		case map[string]any:
			for key, value := range at {
				visit(append(slices.Clone(path), key), value)
			}
		case []any:
			if kind == "NetworkPolicy" && path[len(path)-1] == "egress" {
				for _, rule := range at {
					visit(append(slices.Clone(path), ruleText(rule)), "open")
				}
				return
			}
			for k, value := range at {
				visit(append(slices.Clone(path), fmt.Sprint(k)), value)
			}
		default:
			value := fmt.Sprint(at)
			for _, e := range exceptions {
				if (e.kind == kind || e.kind == "*") && matches(e.path, path) {
					if e.same == nil {
						return
					}
					value = e.same(p, value)
				}
			}
			all[strings.Join(path, ".")] = value
		}
	}
	visit(nil, inputs)
	return all
}

// matches compares a path with a pattern. Keys may have dots of their own.
func matches(pattern string, path []string) bool {
	if before, after, ok := strings.Cut(pattern, ".*."); ok {
		head, rest := len(strings.Split(before, ".")), strings.Split(after, ".")
		return len(path) == head+1+len(rest) && strings.Join(path[:head], ".") == before && slices.Equal(path[head+1:], rest)
	}
	return strings.Join(path, ".") == pattern
}

// differences compares the objects of two runs, each on its cloud, and lists
// what differs beyond the exceptions.
func differences(a, b platform, one, other map[string]stacktest.Registration) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(with(keysOf(one), keysOf(other)))) {
		x, inOne := one[name]
		y, inOther := other[name]
		if !inOne || !inOther {
			kind, _, _ := strings.Cut(name, "/")
			if !slices.ContainsFunc(exceptions, func(e exception) bool { return e.kind == kind && e.path == "*" }) {
				all = append(all, name+": only on one cloud")
			}
			continue
		}
		left, right := leaves(a, kind(x), x.Inputs), leaves(b, kind(y), y.Inputs)
		for _, path := range slices.Sorted(maps.Keys(with(keysOf(left), keysOf(right)))) {
			if l, r := left[path], right[path]; l != r {
				all = append(all, fmt.Sprintf("%s: %s: %s has %q, %s has %q", name, path, a.stack, l, b.stack, r))
			}
		}
	}
	return all
}

func keysOf[V any](m map[string]V) map[string]any {
	all := map[string]any{}
	for key := range m {
		all[key] = nil
	}
	return all
}

func TestParity(t *testing.T) {
	finbert := map[string]any{"releases.nlpinsight.backend": "finbert"}
	gke, eks := platforms[0], platforms[1]
	for name, set := range map[string]func(p platform) map[string]any{
		"as in the repository": func(platform) map[string]any { return nil },
		"finbert":              func(platform) map[string]any { return finbert },
		"private endpoints":    privateEndpoints,
		"every option":         everyOption,
	} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, differences(gke, eks, objects(recorded(t, "gke", set(gke))), objects(recorded(t, "eks", set(eks)))))
		})
	}
}

// privateEndpoints are those of the store and, on AWS, of the token service.
func privateEndpoints(p platform) map[string]any {
	endpoints := map[string]any{"endpoints.storage": "http://10.0.0.1:9000"}
	if p.stack == "eks" {
		endpoints["endpoints.identity"] = "http://10.0.0.1:9443"
	}
	return endpoints
}

// everyOption switches on what is off by default.
func everyOption(p platform) map[string]any {
	return map[string]any{
		"ingress": ingressOf(p), "monitoring": object{"serviceMonitors": true, "labels": object{"release": "prometheus"}},
		"quota": object{"pods": 20}, "containerDefaults": object{"limits": object{"memory": "64Mi"}},
		"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
	}
}

// Each exception is there because something differs: none is left over.
func TestParityNeedsEveryException(t *testing.T) {
	listed := exceptions
	defer func() { exceptions = listed }()
	// Endpoints and mounted buckets exclude each other.
	var runs [][2]map[string]stacktest.Registration
	for _, set := range []func(platform) map[string]any{privateEndpoints, everyOption} {
		runs = append(runs, [2]map[string]stacktest.Registration{
			objects(recorded(t, "gke", set(platforms[0]))), objects(recorded(t, "eks", set(platforms[1]))),
		})
	}
	for k, e := range listed {
		exceptions = slices.Delete(slices.Clone(listed), k, k+1)
		var found []string
		for _, run := range runs {
			found = append(found, differences(platforms[0], platforms[1], run[0], run[1])...)
		}
		require.NotEmpty(t, found, "%s %s: nothing differs there", e.kind, e.path)
	}
}

func TestParityCatchesADifference(t *testing.T) {
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
			containers := o["Deployment/bankchurn"].At(pod + "containers").([]any)
			containers[0].(object)["image"] = platforms[1].registry + "modelferry/bankchurn@sha256:1"
		},
		"an artifact lies in the other bucket": func(o map[string]stacktest.Registration) {
			data := o["ConfigMap/bankchurn-model"].Inputs["data"].(object)
			data["ARTIFACTS"] = strings.ReplaceAll(data["ARTIFACTS"].(string), "eks-datasets", "eks-models")
		},
	} {
		t.Run(name, func(t *testing.T) {
			gke, eks := objects(recorded(t, "gke", nil)), objects(runOf(t, "eks", settings(t, "eks", nil), false).Record)
			change(eks)
			require.Len(t, differences(platforms[0], platforms[1], gke, eks), 1)
		})
	}
}
