package stacktest

// EgressRule returns the NetworkPolicy rule that allows TCP connections to a CIDR and port.
func EgressRule(cidr string, port float64) map[string]any {
	return object{"to": []any{object{"ipBlock": object{"cidr": cidr}}}, "ports": []any{object{"protocol": "TCP", "port": port}}}
}

// DNSEgressRule is the NetworkPolicy rule that allows DNS: kube-dns, NodeLocal DNSCache and GKE's metadata server.
var DNSEgressRule = object{
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

// HTTPSPorts are the ports of a NetworkPolicy rule for HTTPS.
var HTTPSPorts = []any{object{"protocol": "TCP", "port": 443.}}
