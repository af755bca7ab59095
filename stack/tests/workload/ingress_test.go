package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// forEachIngress runs a test on each cloud with an ingress, in which some values are set.
func forEachIngress(t *testing.T, set object, test func(t *testing.T, p stacktest.Platform, r *stacktest.Record)) {
	t.Helper()
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			test(t, p, stacktest.Up(t, p.Stack, map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(p), set)}))
		})
	}
}

func TestIngress_noneByDefault(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Empty(t, r.ByType("Ingress"))
		for _, s := range stacktest.Services {
			require.Equal(t, object{"pulumi.com/skipAwait": "true"}, r.MustGet(t, "Service", s.Name).Input("metadata.annotations"))
		}
	})
}

func TestIngress_rules(t *testing.T) {
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		ingress := r.MustGet(t, "kubernetes:networking.k8s.io/v1:Ingress", "ml-portfolio")
		var paths []any
		for _, s := range stacktest.Services {
			paths = append(paths, object{"path": s.RootPath, "pathType": "Prefix", "backend": object{
				"service": object{"name": s.ServiceName, "port": object{"name": "http"}},
			}})
		}
		require.Equal(t, []any{object{"host": "models.example.com", "http": object{"paths": paths}}}, ingress.Input("spec.rules"))
		require.Len(t, r.MustGet(t, "modelferry:index:Ingress", "ml-portfolio").Dependencies, 2*len(stacktest.Services),
			"the Deployment and the Service of each service")
		dependencies := r.Dependencies(ingress)
		for _, s := range stacktest.Services {
			require.True(t, dependencies[stacktest.GetDeployment(t, r, s).URN],
				"%s: GKE's controller reads the readiness probes of the pods", s.Name)
			require.Equal(t, "https://models.example.com"+s.RootPath, r.Outputs["services"].(object)[s.Name].(object)["url"])
		}
	})
}

// The load balancers do not strip the path, so the server has to know it.
func TestIngress_serverRootPath(t *testing.T) {
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			require.Contains(t, stacktest.GetDeployment(t, r, s).Input(stacktest.ServerContainer+"env"),
				object{"name": "API_ROOT_PATH", "value": s.RootPath})
		}
	})
}

func TestIngress_httpsOnly(t *testing.T) {
	want := map[string]object{
		"gke": {
			"kubernetes.io/ingress.class": "gce", "kubernetes.io/ingress.allow-http": "false",
			"ingress.gcp.kubernetes.io/pre-shared-cert": "models", "networking.gke.io/v1beta1.FrontendConfig": "ml-portfolio",
			"pulumi.com/skipAwait": "true",
		},
		"eks": {
			"pulumi.com/skipAwait":             "true",
			"alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/target-type": "ip",
			"alb.ingress.kubernetes.io/listen-ports":    `[{"HTTPS":443}]`,
			"alb.ingress.kubernetes.io/certificate-arn": stacktest.CertificateArn,
			"alb.ingress.kubernetes.io/ssl-policy":      "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"alb.ingress.kubernetes.io/tags":            "cost_centre=ml-serving,owner=ml-platform,project=modelferry,stack=eks",
		},
	}
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		ingress := r.MustGet(t, "Ingress", "ml-portfolio")
		require.Equal(t, want[p.Stack], ingress.Input("metadata.annotations"))
		require.Equal(t, map[string]any{"gke": nil, "eks": "alb"}[p.Stack], ingress.Input("spec.ingressClassName"))
	})
}

// Google's default SSL policy allows TLS 1.0. An internal load balancer does not support SSL policies.
func TestIngress_gkeMinTLSVersion(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"ingress": stacktest.IngressConfig(stacktest.GKE)})
	require.Equal(t, object{"minTlsVersion": "TLS_1_2", "profile": "MODERN"}, r.MustGet(t, "SSLPolicy", "modelferry").Inputs)
	frontend := r.MustGet(t, "FrontendConfig", "ml-portfolio")
	require.Equal(t, "networking.gke.io/v1beta1", frontend.Input("apiVersion"))
	require.Equal(t, "ml-portfolio", frontend.Input("metadata.name"))
	require.Equal(t, object{"sslPolicy": "modelferry-0a1b2c3"}, frontend.Input("spec"))
	require.True(t, r.Dependencies(r.MustGet(t, "Ingress", "ml-portfolio"))[frontend.URN], "has to be deleted after the Ingress")
	r = stacktest.Up(t, "gke",
		map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.GKE),
			object{"internal": true, "sources": []any{"10.9.0.0/24"}})})
	require.Empty(t, r.ByType("SSLPolicy"))
	require.Empty(t, r.ByType("FrontendConfig"))
}

func TestIngress_internal(t *testing.T) {
	forEachIngress(t, object{"internal": true, "sources": []any{"10.9.0.0/24"}},
		func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
			annotations := r.MustGet(t, "Ingress", "ml-portfolio").Input("metadata.annotations").(object)
			from := r.MustGet(t, "NetworkPolicy", "bankchurn").Input("spec.ingress[0].from")
			require.Contains(t, from, object{"ipBlock": object{"cidr": "10.9.0.0/24"}})
			if p.Stack == "gke" {
				require.Equal(t, "gce-internal", annotations["kubernetes.io/ingress.class"])
				require.Len(t, from, 4, "health checks still come from Google's ranges")
			} else {
				require.Equal(t, "internal", annotations["alb.ingress.kubernetes.io/scheme"])
				require.Len(t, from, 2)
			}
		})
}

func TestIngress_staticAddressAndClass(t *testing.T) {
	annotations := func(set object) any {
		r := stacktest.Up(t, "gke", map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.GKE), set)})
		return r.MustGet(t, "Ingress", "ml-portfolio").Input("metadata.annotations")
	}
	require.Equal(t, "models", annotations(object{"address": "models"}).(object)["kubernetes.io/ingress.global-static-ip-name"])
	internal := annotations(object{"address": "models", "internal": true, "sources": []any{"10.9.0.0/24"}}).(object)
	require.Equal(t, "models", internal["kubernetes.io/ingress.regional-static-ip-name"])
	require.NotContains(t, internal, "kubernetes.io/ingress.global-static-ip-name")
	eks := stacktest.Up(t, "eks",
		map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.EKS), object{"class": "public"})})
	require.Equal(t, "public", eks.MustGet(t, "Ingress", "ml-portfolio").Input("spec.ingressClassName"))
}

// The network policies allow requests and health checks of the load balancer.
func TestIngress_networkPolicyAllowsLoadBalancer(t *testing.T) {
	anyNamespace := object{"namespaceSelector": object{}}
	want := map[string][]any{
		"gke": {anyNamespace, object{"ipBlock": object{"cidr": "35.191.0.0/16"}}, object{"ipBlock": object{"cidr": "130.211.0.0/22"}}},
		"eks": {anyNamespace, object{"ipBlock": object{"cidr": "10.0.0.0/16"}}},
	}
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			policy := r.MustGet(t, "NetworkPolicy", s.Name)
			require.Equal(t, want[p.Stack], policy.Input("spec.ingress[0].from"))
			require.Equal(t, []any{object{"protocol": "TCP", "port": 8000.}}, policy.Input("spec.ingress[0].ports"))
		}
	})
}

// The load balancers check the pods at the path of the probes.
func TestIngress_healthChecks(t *testing.T) {
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			annotations := r.MustGet(t, "Service", s.Name).Input("metadata.annotations")
			if p.Stack == "gke" {
				require.Equal(t, object{
					"cloud.google.com/neg":            `{"ingress": true}`,
					"cloud.google.com/backend-config": `{"default": "` + s.ServiceName + `"}`, "pulumi.com/skipAwait": "true",
				}, annotations)
				backend := r.MustGet(t, "BackendConfig", s.Name)
				require.Equal(t, "cloud.google.com/v1", backend.Input("apiVersion"))
				require.Equal(t, s.ServiceName, backend.Input("metadata.name"))
				require.Equal(t, "ml-portfolio", backend.Input("metadata.namespace"))
				probe := stacktest.GetDeployment(t, r, s).Input(stacktest.ServerContainer + "readinessProbe").(object)
				require.Equal(t, object{
					"type": "HTTP", "requestPath": "/health", "healthyThreshold": 1.,
					"checkIntervalSec": probe["periodSeconds"], "timeoutSec": probe["timeoutSeconds"],
					"unhealthyThreshold": probe["failureThreshold"],
				}, backend.Input("spec.healthCheck"), "takes as long as the readiness probe, at the port of each endpoint")
				require.True(t, r.Dependencies(r.MustGet(t, "Service", s.Name))[backend.URN], "has to exist before the Service names it")
			} else {
				require.Equal(t, object{
					"alb.ingress.kubernetes.io/healthcheck-path": "/health", "pulumi.com/skipAwait": "true",
				}, annotations)
			}
		}
		gate := r.MustGet(t, "Namespace", "ml-portfolio").Input("metadata.labels/elbv2.k8s.aws/pod-readiness-gate-inject")
		require.Equal(t, map[string]any{"gke": nil, "eks": "enabled"}[p.Stack], gate)
	})
}

func TestIngress_gkeHealthCheckPath(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{
		"ingress": stacktest.IngressConfig(stacktest.GKE), "services.bankchurn.health.path": "/ready"})
	require.Equal(t, "/ready", r.MustGet(t, "BackendConfig", "bankchurn").Input("spec.healthCheck.requestPath"))
	require.Equal(t, "/health", r.MustGet(t, "BackendConfig", "nlpinsight").Input("spec.healthCheck.requestPath"))
	require.Empty(t, stacktest.Up(t, "gke", nil).ByType("BackendConfig"), "without an ingress")
}

// A load balancer takes longer than a node to stop sending requests to a terminating pod.
func TestIngress_longerTermination(t *testing.T) {
	forEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		d := r.MustGet(t, "Deployment", "bankchurn")
		require.Equal(t, 20., d.Input(stacktest.ServerContainer+"lifecycle.preStop.sleep.seconds"))
		require.Equal(t, 50., d.Input(stacktest.PodSpec+"terminationGracePeriodSeconds"))
		if p.Stack == "gke" { // GKE's defaults are 30 and 0 seconds
			backend := r.MustGet(t, "BackendConfig", "bankchurn")
			require.Equal(t, 60., backend.Input("spec.timeoutSec"), "a terminating pod may take 50 seconds for a response")
			require.Equal(t, 50., backend.Input("spec.connectionDraining.drainingTimeoutSec"))
		}
	})
}

func TestIngress_noneWithoutServices(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"ingress": stacktest.IngressConfig(p), "releases": nil})
		require.Empty(t, r.ByType("Ingress"), "the API server rejects an Ingress without rules")
	}
}
