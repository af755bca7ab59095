package components

import (
	"maps"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Namespace is the namespace of the services. It admits pods of the restricted Pod Security Standard only.
type Namespace struct {
	pulumi.ResourceState

	// Name of the namespace. It is known when the namespace exists.
	Name pulumi.StringOutput
}

// NamespaceArgs are the arguments of NewNamespace.
type NamespaceArgs struct {
	// Name of the namespace.
	Name string
	// Labels of the stack on every object.
	Labels map[string]string
	// NamespaceLabels are further labels of the namespace.
	NamespaceLabels map[string]string
	// DefaultDeny denies all traffic that no other network policy allows.
	DefaultDeny bool
	// Quota of all pods together, nil for none.
	Quota *config.Quota
	// ContainerDefaults are for containers without resources of their own, nil for none.
	ContainerDefaults *config.ResourceRequirements
}

// NewNamespace creates the namespace, its default network policy, quota and limit range.
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
