package configtest

import (
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// ingressOptions are the keys of an ingress, below ingress.
var ingressOptions = []option{
	{"internal", of(true, false)},
	{"address", of("models-address")},
	{"class", of("alb", "internal-alb")},
}

// drawIngress draws an ingress. Its sources are required where the config does
// not imply them.
func drawIngress(t *rapid.T, s Settings, cloud config.Cloud) {
	const at = "ingress."
	s.Set(at+"host", "models.example.com")
	s.Set(at+"certificate", fixtures[cloud].certificate)
	for _, o := range ingressOptions {
		o.drawOn(t, at, s, cloud)
	}
	if fixtures[cloud].needsIngressSources(s) || rapid.Bool().Draw(t, at+"sources is set") {
		s.Set(at+"sources", []any{"10.129.0.0/23", "10.130.0.0/23"})
	}
}
