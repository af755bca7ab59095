package stacktest

// EgressRule is the rule that opens one place.
func EgressRule(cidr string, port float64) object {
	return object{"to": []any{object{"ipBlock": object{"cidr": cidr}}}, "ports": []any{object{"protocol": "TCP", "port": port}}}
}

// DNSEgressRule lets every service's pods ask DNS.
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

// HTTPSPorts are the ports of a rule for HTTPS.
var HTTPSPorts = []any{object{"protocol": "TCP", "port": 443.}}
