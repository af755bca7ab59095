package configtest

import (
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// ingressOptions are the keys of an ingress, below ingress.
var ingressOptions = []option{
	{"internal", oneOf(true, false)},
	{"address", oneOf("models-address")},
	{"class", oneOf("alb", "internal-alb")},
}

// drawIngress draws an ingress. The key sources is required if the program cannot derive the ranges.
func drawIngress(t *rapid.T, s Settings, cloud config.Cloud) {
	const prefix = "ingress."
	s.Set(prefix+"host", "models.example.com")
	s.Set(prefix+"certificate", fixtures[cloud].certificate)
	for _, o := range ingressOptions {
		o.drawForCloud(t, prefix, s, cloud)
	}
	if fixtures[cloud].needsIngressSources(s) || rapid.Bool().Draw(t, prefix+"sources is set") {
		s.Set(prefix+"sources", []any{"10.129.0.0/23", "10.130.0.0/23"})
	}
}
