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

// NewIngress returns the settings of the AWS Load Balancer Controller, with HTTPS only. It registers no resources.
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
func (p *Platform) NewIngress(
	_ *pulumi.Context, _ string, args *config.Ingress, _ ...pulumi.ResourceOption,
) (*infra.Ingress, error) {
	scheme := "internet-facing"
	if args.Internal {
		scheme = "internal"
	}
	sourceRanges := args.Sources
	if len(sourceRanges) == 0 && p.vpcCIDR != "" {
		sourceRanges = []string{p.vpcCIDR}
	}
	return &infra.Ingress{
		Class: cmp.Or(args.Class, "alb"),
		Annotations: map[string]string{
			"alb.ingress.kubernetes.io/scheme":          scheme,
			"alb.ingress.kubernetes.io/target-type":     "ip", // connects to the pods
			"alb.ingress.kubernetes.io/listen-ports":    `[{"HTTPS":443}]`,
			"alb.ingress.kubernetes.io/certificate-arn": args.Certificate,
			"alb.ingress.kubernetes.io/ssl-policy":      "ELBSecurityPolicy-TLS13-1-2-2021-06",
			"alb.ingress.kubernetes.io/tags":            tagList(p.tags),
		},
		// A pod is ready only when its target is healthy. Otherwise a rollout would remove the old pods too early.
		NamespaceLabels: map[string]string{"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"},
		ServiceAnnotations: func(healthPath string) map[string]string {
			return map[string]string{"alb.ingress.kubernetes.io/healthcheck-path": healthPath}
		},
		SourceRanges: sourceRanges,
	}, nil
}

// tagList returns tags in the notation of the controller's annotation, KEY=VALUE,…
func tagList(tags map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		pairs = append(pairs, fmt.Sprintf("%s=%s", key, tags[key]))
	}
	return strings.Join(pairs, ",")
}
