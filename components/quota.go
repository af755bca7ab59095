package components

import (
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// newQuotaAndLimitRange creates the namespace's ResourceQuota and LimitRange, if they are configured.
func newQuotaAndLimitRange(
	ctx *pulumi.Context, name string, args *NamespaceArgs, namespace pulumi.StringInput, opts ...pulumi.ResourceOption,
) error {
	meta := &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: namespace, Labels: objectLabels(args.Labels, nil),
	}
	if args.Quota != nil {
		if _, err := corev1.NewResourceQuota(ctx, name, &corev1.ResourceQuotaArgs{
			Metadata: meta, Spec: &corev1.ResourceQuotaSpecArgs{Hard: hardLimits(*args.Quota)},
		}, opts...); err != nil {
			return err
		}
	}
	if args.ContainerDefaults != nil {
		if _, err := corev1.NewLimitRange(ctx, name, &corev1.LimitRangeArgs{
			Metadata: meta,
			Spec: &corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{&corev1.LimitRangeItemArgs{
				Type:           pulumi.String("Container"),
				DefaultRequest: quantities(args.ContainerDefaults.Requests),
				Default:        quantities(args.ContainerDefaults.Limits),
			}}},
		}, opts...); err != nil {
			return err
		}
	}
	return nil
}

// hardLimits returns the hard limits of a ResourceQuota.
func hardLimits(q config.Quota) pulumi.StringMap {
	hard := pulumi.StringMap{}
	for name, quantity := range quantities(q.Requests) {
		hard["requests."+name] = quantity
	}
	for name, quantity := range quantities(q.Limits) {
		hard["limits."+name] = quantity
	}
	if q.Pods > 0 {
		hard["pods"] = pulumi.String(strconv.Itoa(q.Pods))
	}
	return hard
}
