package components

import (
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Quota is what all pods of a namespace may take together. Pods of 0 is any number.
type Quota struct {
	Requests, Limits ResourceList
	Pods             int
}

// newQuotaAndLimitRange makes the namespace's ResourceQuota and LimitRange, where they are asked for.
func newQuotaAndLimitRange(ctx *pulumi.Context, name string, args *NamespaceArgs, namespace pulumi.StringInput, opts ...pulumi.ResourceOption) error {
	meta := &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: namespace, Labels: objectLabels(args.Labels, nil),
	}
	if args.Quota != nil {
		if _, err := corev1.NewResourceQuota(ctx, name, &corev1.ResourceQuotaArgs{
			Metadata: meta, Spec: &corev1.ResourceQuotaSpecArgs{Hard: args.Quota.hard()},
		}, opts...); err != nil {
			return err
		}
	}
	if args.ContainerDefaults != nil {
		if _, err := corev1.NewLimitRange(ctx, name, &corev1.LimitRangeArgs{
			Metadata: meta,
			Spec: &corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{&corev1.LimitRangeItemArgs{
				Type:           pulumi.String("Container"),
				DefaultRequest: args.ContainerDefaults.Requests.quantities(),
				Default:        args.ContainerDefaults.Limits.quantities(),
			}}},
		}, opts...); err != nil {
			return err
		}
	}
	return nil
}

func (q Quota) hard() pulumi.StringMap {
	hard := pulumi.StringMap{}
	for name, quantity := range q.Requests.quantities() {
		hard["requests."+name] = quantity
	}
	for name, quantity := range q.Limits.quantities() {
		hard["limits."+name] = quantity
	}
	if q.Pods > 0 {
		hard["pods"] = pulumi.String(strconv.Itoa(q.Pods))
	}
	return hard
}
