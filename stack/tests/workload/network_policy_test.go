package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// publicIPv4 matches public IPv4 addresses.
var publicIPv4 = object{"ipBlock": object{"cidr": "0.0.0.0/0", "except": []any{
	"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
}}}

func TestNetworkPolicy_defaultDeny(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		policy := r.MustGet(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "default-deny")
		require.Equal(t, object{"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"}}, policy.Input("spec"))
		require.Equal(t, "ml-portfolio", policy.Input("metadata.namespace"))
	})
}

func TestNetworkPolicy_servicePods(t *testing.T) {
	metadata := map[string][]any{"gke": {stacktest.EgressRule("169.254.169.254/32", 80), stacktest.EgressRule("169.254.169.252/32", 988)}}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		policy := r.MustGet(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", s.Name)
		require.Equal(t, object{
			"podSelector": object{"matchLabels": object{"app": s.Deployment}},
			"policyTypes": []any{"Ingress", "Egress"},
			"ingress": []any{object{
				"from":  []any{object{"namespaceSelector": object{}}},
				"ports": []any{object{"protocol": "TCP", "port": 8000.}},
			}},
			"egress": append([]any{stacktest.DNSEgressRule, object{"to": []any{publicIPv4}, "ports": stacktest.HTTPSPorts}},
				metadata[p.Stack]...),
		}, policy.Input("spec"))
	})
}

func TestNetworkPolicy_configuredEndpoints(t *testing.T) {
	set := map[string]any{
		"endpoints.storage": "http://10.213.0.2:9000", "networkPolicy.egress": []any{"10.8.0.0/16"},
	}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			if p.Stack == "eks" {
				set = stacktest.Merge(set, object{"endpoints.identity": "https://sts.internal"})
			}
			egress := stacktest.Up(t, p.Stack, set).MustGet(t, "NetworkPolicy", "bankchurn").Input("spec.egress")
			require.Contains(t, egress,
				object{"to": []any{publicIPv4, object{"ipBlock": object{"cidr": "10.8.0.0/16"}}}, "ports": stacktest.HTTPSPorts})
			require.Contains(t, egress, stacktest.EgressRule("10.213.0.2/32", 9000))
			if p.Stack == "eks" {
				require.Contains(t, egress, object{"ports": stacktest.HTTPSPorts},
					"the port is open to every address, because a NetworkPolicy does not support host names")
			}
		})
	}
}

// Configured namespaces replace the default, which is every namespace. They do not exclude the load balancer.
func TestNetworkPolicy_configuredNamespaces(t *testing.T) {
	configured := object{"namespaceSelector": object{"matchExpressions": []any{object{
		"key": "kubernetes.io/metadata.name", "operator": "In", "values": []any{"monitoring", "gateways"},
	}}}}
	for _, p := range stacktest.Platforms {
		set := map[string]any{"networkPolicy.namespaces": []any{"monitoring", "gateways"}}
		require.Equal(t, []any{configured},
			stacktest.Up(t, p.Stack, set).MustGet(t, "NetworkPolicy", "bankchurn").Input("spec.ingress[0].from"))
		set["ingress"] = stacktest.IngressConfig(p)
		from := stacktest.Up(t, p.Stack, set).MustGet(t, "NetworkPolicy", "bankchurn").Input("spec.ingress[0].from").([]any)
		require.Equal(t, configured, from[0])
		require.Greater(t, len(from), 1)
	}
}

func TestNetworkPolicy_disabled(t *testing.T) {
	for _, p := range stacktest.Platforms {
		require.Empty(t, stacktest.Up(t, p.Stack, map[string]any{"networkPolicy.enabled": false}).ByType("NetworkPolicy"))
	}
}

// Without enforcement in the cluster, the policies would have no effect.
func TestNetworkPolicy_enforcedByCluster(t *testing.T) {
	require.Equal(t, "ADVANCED_DATAPATH",
		stacktest.Up(t, "gke", nil).MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("datapathProvider"))
	require.JSONEq(t, `{"enableNetworkPolicy":"true"}`,
		stacktest.Up(t, "eks", nil).MustGet(t, "Addon", "modelferry-vpc-cni").Input("configurationValues").(string))
}
