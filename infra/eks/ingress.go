package eks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Ingress tells how the AWS Load Balancer Controller is told of the services.
// It takes HTTPS alone.
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
func (p *Platform) Ingress(_ *pulumi.Context, i config.Ingress) (infra.Ingress, error) {
	scheme := "internet-facing"
	if i.Internal {
		scheme = "internal"
	}
	sources := i.Sources
	if len(sources) == 0 && p.network != "" {
		sources = []string{p.network}
	}
	return infra.Ingress{
		Class: cmp.Or(i.Class, "alb"),
		Annotations: map[string]string{
			"alb.ingress.kubernetes.io/scheme":          scheme,
			"alb.ingress.kubernetes.io/target-type":     "ip", // the pods themselves
			"alb.ingress.kubernetes.io/listen-ports":    `[{"HTTPS":443}]`,
			"alb.ingress.kubernetes.io/certificate-arn": i.Certificate,
			"alb.ingress.kubernetes.io/ssl-policy":      "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"alb.ingress.kubernetes.io/tags":            joined(p.tags),
		},
		// A pod counts as ready only when the load balancer knows it: else a rollout
		// would take the old one away too early.
		Marks: map[string]string{"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"},
		Service: func(health string) map[string]string {
			return map[string]string{"alb.ingress.kubernetes.io/healthcheck-path": health}
		},
		Sources: sources,
	}, nil
}

// joined writes tags as an annotation has them.
func joined(tags map[string]string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, fmt.Sprintf("%s=%s", key, tags[key]))
	}
	return strings.Join(all, ",")
}
