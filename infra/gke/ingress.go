package gke

import (
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// frontEnds are what Google's load balancers speak from: the requests to an
// external one, and every health check.
// https://cloud.google.com/load-balancing/docs/firewall-rules
var frontEnds = []string{"35.191.0.0/16", "130.211.0.0/22"}

// Ingress tells how GKE's own controller is told of the services. It knows its
// classes by an annotation only, and takes HTTPS alone.
// https://cloud.google.com/kubernetes-engine/docs/concepts/ingress
func (p *Platform) Ingress(i config.Ingress) infra.Ingress {
	class, address := "gce", "kubernetes.io/ingress.global-static-ip-name"
	if i.Internal {
		class, address = "gce-internal", "kubernetes.io/ingress.regional-static-ip-name"
	}
	annotations := map[string]string{
		"kubernetes.io/ingress.class":               class,
		"kubernetes.io/ingress.allow-http":          "false",
		"ingress.gcp.kubernetes.io/pre-shared-cert": i.Certificate,
	}
	if i.Address != "" {
		annotations[address] = i.Address
	}
	return infra.Ingress{
		Annotations: annotations,
		// The load balancer speaks to the pods themselves, and asks for their health
		// at the path and port of their readiness probe.
		Service: func(string) map[string]string { return map[string]string{"cloud.google.com/neg": `{"ingress": true}`} },
		Sources: append(append([]string{}, frontEnds...), i.Sources...),
	}
}
