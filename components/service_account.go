package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ServiceAccount is the Kubernetes service account of a service's pods.
type ServiceAccount struct {
	pulumi.ResourceState

	// Name of the service account. It is known when the service account exists.
	Name pulumi.StringOutput
}

// ServiceAccountArgs are the arguments of NewServiceAccount.
type ServiceAccountArgs struct {
	// Name of the service account, which is also that of the Deployment.
	Name string
	// Namespace of the service.
	Namespace pulumi.StringInput
	// Labels of the stack on every object.
	Labels map[string]string
	// Annotations bind the service account to its identity on the cloud.
	Annotations pulumi.StringMap
}

// NewServiceAccount creates the service account of a service, whose name in the config is name. It does not need a
// release of the service.
func NewServiceAccount(
	ctx *pulumi.Context, name string, args *ServiceAccountArgs, opts ...pulumi.ResourceOption,
) (*ServiceAccount, error) {
	a := &ServiceAccount{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ServiceAccount", name, pulumi.Map{
		"name": pulumi.String(args.Name),
	}, a, opts...); err != nil {
		return nil, err
	}
	// Formerly the service account was a part of the released service. Without the alias it would be deleted there.
	formerURN := pulumi.URN(fmt.Sprintf(
		"urn:pulumi:%s::%s::modelferry:index:ModelService$kubernetes:core/v1:ServiceAccount::%s", ctx.Stack(), ctx.Project(), name))
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(args.Name), Namespace: args.Namespace, Annotations: args.Annotations,
			Labels: serviceLabels(args.Labels, name, args.Name),
		},
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, pulumi.Parent(a), pulumi.Aliases([]pulumi.Alias{{URN: formerURN}}))
	if err != nil {
		return nil, err
	}
	a.Name = account.Metadata.Name().Elem()
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{"name": a.Name})
}
