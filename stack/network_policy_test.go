package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// egressTo is the rule that opens one place.
func egressTo(cidr string, port float64) object {
	return object{"to": []any{object{"ipBlock": object{"cidr": cidr}}}, "ports": []any{object{"protocol": "TCP", "port": port}}}
}

// dns and https are open to every service's pods.
var (
	dns = object{
		"to": []any{
			object{
				"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "kube-system"}},
				"podSelector": object{"matchExpressions": []any{object{
					"key": "k8s-app", "operator": "In", "values": []any{"kube-dns", "node-local-dns"},
				}}},
			},
			object{"ipBlock": object{"cidr": "169.254.20.10/32"}},
			object{"ipBlock": object{"cidr": "169.254.169.254/32"}},
		},
		"ports": []any{object{"protocol": "UDP", "port": 53.}, object{"protocol": "TCP", "port": 53.}},
	}
	internet = object{"ipBlock": object{"cidr": "0.0.0.0/0", "except": []any{
		"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
	}}}
	https = []any{object{"protocol": "TCP", "port": 443.}}
)

func TestNamespaceDeniesWhatNoPolicyOpens(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		policy := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "default-deny")
		require.Equal(t, object{"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"}}, policy.At("spec"))
		require.Equal(t, "ml-portfolio", policy.At("metadata.namespace"))
	})
}

func TestPodsReachTheirNeedsOnly(t *testing.T) {
	metadata := map[string][]any{"gke": {egressTo("169.254.169.254/32", 80), egressTo("169.254.169.252/32", 988)}}
	onEachService(t, func(t *testing.T, p platform, s service, r *stacktest.Record) {
		policy := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", s.name)
		require.Equal(t, object{
			"podSelector": object{"matchLabels": object{"app": s.deployment}},
			"policyTypes": []any{"Ingress", "Egress"},
			"ingress": []any{object{
				"from":  []any{object{"namespaceSelector": object{}}},
				"ports": []any{object{"protocol": "TCP", "port": 8000.}},
			}},
			"egress": append([]any{dns, object{"to": []any{internet}, "ports": https}}, metadata[p.stack]...),
		}, policy.At("spec"))
	})
}

func TestConfiguredEndpointsAreOpened(t *testing.T) {
	set := map[string]any{
		"endpoints.storage": "http://10.213.0.2:9000", "networkPolicy.egress": []any{"10.8.0.0/16"},
	}
	for _, p := range platforms {
		t.Run(p.stack, func(t *testing.T) {
			if p.stack == "eks" {
				set = with(set, object{"endpoints.identity": "https://sts.internal"})
			}
			egress := recorded(t, p.stack, set).One(t, "NetworkPolicy", "bankchurn").At("spec.egress")
			require.Contains(t, egress, object{"to": []any{internet, object{"ipBlock": object{"cidr": "10.8.0.0/16"}}}, "ports": https})
			require.Contains(t, egress, egressTo("10.213.0.2/32", 9000))
			if p.stack == "eks" {
				require.Contains(t, egress, object{"ports": https}, "a name is no address: its port is open everywhere")
			}
		})
	}
}

// Requests come from whatever namespace, or from those that the team names,
// and from a load balancer all the same.
func TestRequestsComeFromTheNamespacesThatAreConfigured(t *testing.T) {
	some := object{"namespaceSelector": object{"matchExpressions": []any{object{
		"key": "kubernetes.io/metadata.name", "operator": "In", "values": []any{"monitoring", "gateways"},
	}}}}
	for _, p := range platforms {
		set := map[string]any{"networkPolicy.namespaces": []any{"monitoring", "gateways"}}
		require.Equal(t, []any{some}, recorded(t, p.stack, set).One(t, "NetworkPolicy", "bankchurn").At("spec.ingress[0].from"))
		set["ingress"] = ingressOf(p)
		from := recorded(t, p.stack, set).One(t, "NetworkPolicy", "bankchurn").At("spec.ingress[0].from").([]any)
		require.Equal(t, some, from[0])
		require.Greater(t, len(from), 1)
	}
}

func TestNetworkPoliciesCanBeLeftToOthers(t *testing.T) {
	for _, p := range platforms {
		require.Empty(t, recorded(t, p.stack, map[string]any{"networkPolicy.enabled": false}).Of("NetworkPolicy"))
	}
}

// A policy that nothing enforces is worse than none: it looks like one.
func TestPoliciesAreEnforced(t *testing.T) {
	require.Equal(t, "ADVANCED_DATAPATH", recorded(t, "gke", nil).One(t, "gcp:container/cluster:Cluster", "modelferry").At("datapathProvider"))
	require.JSONEq(t, `{"enableNetworkPolicy":"true"}`, recorded(t, "eks", nil).One(t, "Addon", "modelferry-vpc-cni").At("configurationValues").(string))
}
