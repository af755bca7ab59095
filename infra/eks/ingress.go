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
	sourceRanges := i.Sources
	if len(sourceRanges) == 0 && p.vpcCIDR != "" {
		sourceRanges = []string{p.vpcCIDR}
	}
	return infra.Ingress{
		Class: cmp.Or(i.Class, "alb"),
		Annotations: map[string]string{
			"alb.ingress.kubernetes.io/scheme":          scheme,
			"alb.ingress.kubernetes.io/target-type":     "ip", // the pods themselves
			"alb.ingress.kubernetes.io/listen-ports":    `[{"HTTPS":443}]`,
			"alb.ingress.kubernetes.io/certificate-arn": i.Certificate,
			"alb.ingress.kubernetes.io/ssl-policy":      "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"alb.ingress.kubernetes.io/tags":            tagList(p.tags),
		},
		// A pod counts as ready only when the load balancer knows it: else a rollout
		// would take the old one away too early.
		NamespaceLabels: map[string]string{"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"},
		ServiceAnnotations: func(health string) map[string]string {
			return map[string]string{"alb.ingress.kubernetes.io/healthcheck-path": health}
		},
		SourceRanges: sourceRanges,
	}, nil
}

// tagList writes tags as an annotation has them.
func tagList(tags map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		pairs = append(pairs, fmt.Sprintf("%s=%s", key, tags[key]))
	}
	return strings.Join(pairs, ",")
}
