package gke

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// googleFrontEndRanges are the source addresses of external load balancers and of all health checks.
// https://cloud.google.com/load-balancing/docs/firewall-rules
var googleFrontEndRanges = []string{"35.191.0.0/16", "130.211.0.0/22"}

// NewIngress returns the settings of the GKE ingress controller, which has its class in an annotation. It creates the
// SSL policy of an external load balancer: TLS 1.2 or newer. An internal load balancer does not support SSL policies.
// https://cloud.google.com/kubernetes-engine/docs/concepts/ingress
// https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration
func (p *Platform) NewIngress(
	ctx *pulumi.Context, name string, args *config.Ingress, opts ...pulumi.ResourceOption,
) (*infra.Ingress, error) {
	class, addressAnnotation := "gce", "kubernetes.io/ingress.global-static-ip-name"
	if args.Internal {
		class, addressAnnotation = "gce-internal", "kubernetes.io/ingress.regional-static-ip-name"
	}
	annotations := map[string]string{
		"kubernetes.io/ingress.class":               class,
		"kubernetes.io/ingress.allow-http":          "false",
		"ingress.gcp.kubernetes.io/pre-shared-cert": args.Certificate,
	}
	if args.Address != "" {
		annotations[addressAnnotation] = args.Address
	}
	var frontendConfig *infra.IngressConfigObject
	if !args.Internal {
		// Autonamed: a policy that has to be replaced is still in use.
		policy, err := compute.NewSSLPolicy(ctx, name, &compute.SSLPolicyArgs{
			MinTlsVersion: pulumi.String("TLS_1_2"), Profile: pulumi.String("MODERN"),
		}, append(opts, pulumi.Parent(p))...)
		if err != nil {
			return nil, err
		}
		frontendConfig = &infra.IngressConfigObject{
			APIVersion: "networking.gke.io/v1beta1", Kind: "FrontendConfig", Annotation: "networking.gke.io/v1beta1.FrontendConfig",
			Spec: pulumi.Map{"sslPolicy": policy.Name},
		}
	}
	return &infra.Ingress{
		Annotations: annotations, ConfigObject: frontendConfig,
		// With a network endpoint group the load balancer connects to the pods.
		ServiceAnnotations: func(string) map[string]string {
			return map[string]string{"cloud.google.com/neg": `{"ingress": true}`}
		},
		ServiceConfigObject: backendConfig,
		SourceRanges:        slices.Concat(googleFrontEndRanges, args.Sources),
	}, nil
}

// backendTimeoutMarginSeconds is how much longer than a terminating pod the load balancer waits for a response.
const backendTimeoutMarginSeconds = 10

// backendConfig returns the BackendConfig of a service. Without it the controller derives the health check from the
// pods' readiness probe when it creates the check, and never changes it again. The load balancer would wait 30 s for a
// response, and 0 s for the requests of a pod that it removes. The health check takes as long as the readiness probe.
// It has no port: it then uses the port of each endpoint, so that a rollout may change the port of the pods.
// https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#health_checks
// https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration
// https://github.com/kubernetes/ingress-gce/blob/master/pkg/translator/healthchecks.go
func backendConfig(healthPath string, gracePeriodSeconds int) *infra.IngressConfigObject {
	return &infra.IngressConfigObject{
		APIVersion: "cloud.google.com/v1", Kind: "BackendConfig", Annotation: "cloud.google.com/backend-config",
		AnnotationValue: func(name string) string { return fmt.Sprintf(`{"default": %q}`, name) },
		Spec: pulumi.Map{
			"healthCheck": pulumi.Map{
				"type": pulumi.String("HTTP"), "requestPath": pulumi.String(healthPath),
				"checkIntervalSec": pulumi.Int(5), "timeoutSec": pulumi.Int(3),
				"healthyThreshold": pulumi.Int(1), "unhealthyThreshold": pulumi.Int(3),
			},
			"timeoutSec":         pulumi.Int(gracePeriodSeconds + backendTimeoutMarginSeconds),
			"connectionDraining": pulumi.Map{"drainingTimeoutSec": pulumi.Int(gracePeriodSeconds)},
		},
	}
}
