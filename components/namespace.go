package components

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Namespace is where the services live. It admits restricted pods only.
type Namespace struct {
	pulumi.ResourceState

	// Name of the namespace, known once it exists.
	Name pulumi.StringOutput
}

// NamespaceArgs names the namespace.
type NamespaceArgs struct {
	// Name of the namespace.
	Name string
	// Labels say whose the namespace is, and all that is in it; Marks are the
	// namespace's own, for what the cloud runs in the cluster.
	Labels, NamespaceLabels map[string]string
	// DefaultDeny denies all traffic that no policy of a service opens.
	DefaultDeny bool
	// Quota of all pods together, nil for none.
	Quota *Quota
	// ContainerDefaults are for containers that say nothing themselves, nil for none.
	ContainerDefaults *Resources
}

// NewNamespace makes the namespace.
func NewNamespace(ctx *pulumi.Context, name string, args *NamespaceArgs, opts ...pulumi.ResourceOption) (*Namespace, error) {
	n := &Namespace{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:Namespace", name, pulumi.Map{
		"name": pulumi.String(args.Name),
	}, n, opts...); err != nil {
		return nil, err
	}
	namespaceLabels := map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted",
		"pod-security.kubernetes.io/warn":    "restricted",
	}
	maps.Copy(namespaceLabels, args.NamespaceLabels)
	namespace, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(args.Name), Labels: objectLabels(args.Labels, namespaceLabels)},
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	n.Name = namespace.Metadata.Name().Elem()
	if args.DefaultDeny {
		if err := newDefaultDeny(ctx, objectLabels(args.Labels, nil), n.Name, pulumi.Parent(n)); err != nil {
			return nil, err
		}
	}
	if err := newQuotaAndLimitRange(ctx, name, args, n.Name, pulumi.Parent(n)); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"name": n.Name})
}
