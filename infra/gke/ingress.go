package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// googleFrontEndRanges are what Google's load balancers speak from: the requests to an
// external one, and every health check.
// https://cloud.google.com/load-balancing/docs/firewall-rules
var googleFrontEndRanges = []string{"35.191.0.0/16", "130.211.0.0/22"}

// Ingress tells how GKE's own controller is told of the services. It knows its
// classes by an annotation only, and takes HTTPS alone: from outside of TLS 1.2
// or newer. Of an internal one it does not take a policy.
// https://cloud.google.com/kubernetes-engine/docs/concepts/ingress
// https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration
func (p *Platform) Ingress(ctx *pulumi.Context, i config.Ingress) (infra.Ingress, error) {
	class, addressAnnotation := "gce", "kubernetes.io/ingress.global-static-ip-name"
	if i.Internal {
		class, addressAnnotation = "gce-internal", "kubernetes.io/ingress.regional-static-ip-name"
	}
	annotations := map[string]string{
		"kubernetes.io/ingress.class":               class,
		"kubernetes.io/ingress.allow-http":          "false",
		"ingress.gcp.kubernetes.io/pre-shared-cert": i.Certificate,
	}
	if i.Address != "" {
		annotations[addressAnnotation] = i.Address
	}
	var frontendConfig *infra.IngressConfigObject
	if !i.Internal {
		// No name of its own: a policy that has to be replaced is still in use.
		policy, err := compute.NewSSLPolicy(ctx, ctx.Project(), &compute.SSLPolicyArgs{
			MinTlsVersion: pulumi.String("TLS_1_2"), Profile: pulumi.String("MODERN"),
		}, pulumi.Parent(p))
		if err != nil {
			return infra.Ingress{}, err
		}
		frontendConfig = &infra.IngressConfigObject{
			APIVersion: "networking.gke.io/v1beta1", Kind: "FrontendConfig", Annotation: "networking.gke.io/v1beta1.FrontendConfig",
			Spec: pulumi.Map{"sslPolicy": policy.Name},
		}
	}
	return infra.Ingress{
		Annotations: annotations, ConfigObject: frontendConfig,
		// The load balancer speaks to the pods themselves, and asks for their health
		// at the path and port of their readiness probe.
		ServiceAnnotations: func(string) map[string]string { return map[string]string{"cloud.google.com/neg": `{"ingress": true}`} },
		SourceRanges:       append(append([]string{}, googleFrontEndRanges...), i.Sources...),
	}, nil
}
