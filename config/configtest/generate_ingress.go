package configtest

import "pgregory.net/rapid"

// ingressOn are the options of an ingress that mean something on one cloud only.
var ingressOn = map[string][]option{
	"gke": {{"address", of("models-address")}},
	"eks": {{"class", of("alb", "internal-alb")}},
}

// certificates are the names that each cloud has for one.
var certificates = map[string]string{
	"gke": "models-certificate",
	"eks": "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c3d",
}

// drawIngress draws the way in. Where a load balancer speaks from has to be
// said whenever the config does not know it.
func drawIngress(t *rapid.T, s Settings, cloud string) {
	const at = "ingress."
	s.Set(at+"host", "models.example.com")
	s.Set(at+"certificate", certificates[cloud])
	for _, o := range append([]option{{"internal", of(true, false)}}, ingressOn[cloud]...) {
		o.drawBelow(t, at, s)
	}
	internal := s.at("ingress")["internal"] == true
	own := s.at("cluster", "create") != nil && s.at("cluster", "create", "network", "existing") == nil
	unknown := map[string]bool{"gke": internal, "eks": !own}[cloud]
	if unknown || rapid.Bool().Draw(t, at+"sources are said") {
		s.Set(at+"sources", []any{"10.129.0.0/23", "10.130.0.0/23"})
	}
}
