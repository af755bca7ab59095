package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// onEachIngress runs a test on each cloud with an ingress and what is set of it.
func onEachIngress(t *testing.T, set object, test func(t *testing.T, p stacktest.Platform, r *stacktest.Record)) {
	t.Helper()
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			test(t, p, stacktest.Up(t, p.Stack, map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(p), set)}))
		})
	}
}

func TestNothingIsLetInUnlessTheConfigSaysSo(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		require.Empty(t, r.Of("Ingress"))
		for _, s := range stacktest.Services {
			require.Empty(t, r.One(t, "Service", s.Name).At("metadata.annotations"))
		}
	})
}

func TestEachPathLeadsToItsService(t *testing.T) {
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		ingress := r.One(t, "kubernetes:networking.k8s.io/v1:Ingress", "ml-portfolio")
		var paths []any
		for _, s := range stacktest.Services {
			paths = append(paths, object{"path": s.RootPath, "pathType": "Prefix", "backend": object{
				"service": object{"name": s.ServiceName, "port": object{"name": "http"}},
			}})
		}
		require.Equal(t, []any{object{"host": "models.example.com", "http": object{"paths": paths}}}, ingress.At("spec.rules"))
		require.Len(t, r.One(t, "modelferry:index:Ingress", "ml-portfolio").Dependencies, 2*len(stacktest.Services), "a Deployment and a Service each, named one by one")
		before := r.Before(ingress)
		for _, s := range stacktest.Services {
			require.True(t, before[stacktest.GetDeployment(t, r, s).URN], "after %s: GKE's controller reads its pods' probes", s.Name)
			require.Equal(t, "https://models.example.com"+s.RootPath, r.Outputs["services"].(object)[s.Name].(object)["url"])
		}
	})
}

// The server is told the path that it is reached at: the load balancers leave it in the request.
func TestServersKnowTheirPath(t *testing.T) {
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			require.Contains(t, stacktest.GetDeployment(t, r, s).At(stacktest.ServerContainer+"env"), object{"name": "API_ROOT_PATH", "value": s.RootPath})
		}
	})
}

func TestLoadBalancersTakeHTTPSAlone(t *testing.T) {
	want := map[string]object{
		"gke": {
			"kubernetes.io/ingress.class": "gce", "kubernetes.io/ingress.allow-http": "false",
			"ingress.gcp.kubernetes.io/pre-shared-cert": "models", "networking.gke.io/v1beta1.FrontendConfig": "ml-portfolio",
		},
		"eks": {
			"alb.ingress.kubernetes.io/scheme": "internet-facing", "alb.ingress.kubernetes.io/target-type": "ip",
			"alb.ingress.kubernetes.io/listen-ports": `[{"HTTPS":443}]`, "alb.ingress.kubernetes.io/certificate-arn": stacktest.CertificateArn,
			"alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"alb.ingress.kubernetes.io/tags":       "cost_centre=ml-serving,owner=ml-platform,project=modelferry,stack=eks",
		},
	}
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		ingress := r.One(t, "Ingress", "ml-portfolio")
		require.Equal(t, want[p.Stack], ingress.At("metadata.annotations"))
		require.Equal(t, map[string]any{"gke": nil, "eks": "alb"}[p.Stack], ingress.At("spec.ingressClassName"))
	})
}

// Google's default policy takes TLS 1.0 still. An internal load balancer takes no policy.
func TestLoadBalancerOnGKETakesNewTLSAlone(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"ingress": stacktest.IngressConfig(stacktest.GKE)})
	require.Equal(t, object{"minTlsVersion": "TLS_1_2", "profile": "MODERN"}, r.One(t, "SSLPolicy", "modelferry").Inputs)
	front := r.One(t, "FrontendConfig", "ml-portfolio")
	require.Equal(t, "networking.gke.io/v1beta1", front.At("apiVersion"))
	require.Equal(t, "ml-portfolio", front.At("metadata.name"))
	require.Equal(t, object{"sslPolicy": "modelferry-0a1b2c3"}, front.At("spec"))
	require.True(t, r.Before(r.One(t, "Ingress", "ml-portfolio"))[front.URN], "and goes after it")
	r = stacktest.Up(t, "gke", map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.GKE), object{"internal": true, "sources": []any{"10.9.0.0/24"}})})
	require.Empty(t, r.Of("SSLPolicy"))
	require.Empty(t, r.Of("FrontendConfig"))
}

func TestInternalLoadBalancers(t *testing.T) {
	onEachIngress(t, object{"internal": true, "sources": []any{"10.9.0.0/24"}}, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		annotations := r.One(t, "Ingress", "ml-portfolio").At("metadata.annotations").(object)
		from := r.One(t, "NetworkPolicy", "bankchurn").At("spec.ingress[0].from")
		require.Contains(t, from, object{"ipBlock": object{"cidr": "10.9.0.0/24"}})
		if p.Stack == "gke" {
			require.Equal(t, "gce-internal", annotations["kubernetes.io/ingress.class"])
			require.Len(t, from, 4, "its health checks come from Google's ranges still")
		} else {
			require.Equal(t, "internal", annotations["alb.ingress.kubernetes.io/scheme"])
			require.Len(t, from, 2)
		}
	})
}

func TestReservedAddressAndOwnClass(t *testing.T) {
	annotation := func(set object) any {
		return stacktest.Up(t, "gke", map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.GKE), set)}).One(t, "Ingress", "ml-portfolio").At("metadata.annotations")
	}
	require.Equal(t, "models", annotation(object{"address": "models"}).(object)["kubernetes.io/ingress.global-static-ip-name"])
	inside := annotation(object{"address": "models", "internal": true, "sources": []any{"10.9.0.0/24"}}).(object)
	require.Equal(t, "models", inside["kubernetes.io/ingress.regional-static-ip-name"])
	require.NotContains(t, inside, "kubernetes.io/ingress.global-static-ip-name")
	own := stacktest.Up(t, "eks", map[string]any{"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.EKS), object{"class": "public"})})
	require.Equal(t, "public", own.One(t, "Ingress", "ml-portfolio").At("spec.ingressClassName"))
}

// A closed network lets the load balancer's requests and health checks in, and nobody else's.
func TestClosedNetworkKnowsTheLoadBalancer(t *testing.T) {
	inside := object{"namespaceSelector": object{}}
	want := map[string][]any{
		"gke": {inside, object{"ipBlock": object{"cidr": "35.191.0.0/16"}}, object{"ipBlock": object{"cidr": "130.211.0.0/22"}}},
		"eks": {inside, object{"ipBlock": object{"cidr": "10.0.0.0/16"}}},
	}
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			policy := r.One(t, "NetworkPolicy", s.Name)
			require.Equal(t, want[p.Stack], policy.At("spec.ingress[0].from"))
			require.Equal(t, []any{object{"protocol": "TCP", "port": 8000.}}, policy.At("spec.ingress[0].ports"))
		}
	})
}

// Health is asked of the pods themselves, at the path that the probes ask at.
func TestLoadBalancersAskForHealth(t *testing.T) {
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, s := range stacktest.Services {
			annotations := r.One(t, "Service", s.Name).At("metadata.annotations")
			if p.Stack == "gke" {
				require.Equal(t, object{"cloud.google.com/neg": `{"ingress": true}`}, annotations)
				probe := stacktest.GetDeployment(t, r, s).At(stacktest.ServerContainer + "readinessProbe.httpGet")
				require.Equal(t, object{"path": "/health", "port": "http"}, probe, "what the controller reads")
			} else {
				require.Equal(t, object{"alb.ingress.kubernetes.io/healthcheck-path": "/health"}, annotations)
			}
		}
		gate := r.One(t, "Namespace", "ml-portfolio").At("metadata.labels/elbv2.k8s.aws/pod-readiness-gate-inject")
		require.Equal(t, map[string]any{"gke": nil, "eks": "enabled"}[p.Stack], gate)
	})
}

// A load balancer learns later than a node that a pod goes.
func TestPodsBehindALoadBalancerServeOnForLonger(t *testing.T) {
	onEachIngress(t, nil, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		d := r.One(t, "Deployment", "bankchurn")
		require.Equal(t, 20., d.At(stacktest.ServerContainer+"lifecycle.preStop.sleep.seconds"))
		require.Equal(t, 50., d.At(stacktest.PodSpec+"terminationGracePeriodSeconds"))
	})
}

func TestIngressWithoutServicesIsNone(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"ingress": stacktest.IngressConfig(p), "releases": nil})
		require.Empty(t, r.Of("Ingress"), "an Ingress without a rule is refused")
	}
}
