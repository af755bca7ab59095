package components

import (
	"maps"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// Ingress is the Ingress of the services. The cloud's load balancer terminates TLS.
type Ingress struct {
	pulumi.ResourceState
}

// IngressArgs are the arguments of NewIngress.
type IngressArgs struct {
	// Namespace of the services.
	Namespace pulumi.StringInput
	// Labels of the stack on every object.
	Labels map[string]string
	// Host of the requests.
	Host string
	// Class is the IngressClass, "" if an annotation selects the controller.
	Class string
	// Annotations of the Ingress.
	Annotations map[string]string
	// Routes from paths to services.
	Routes []Route
	// ConfigObject is a custom resource of the controller, nil for none.
	ConfigObject *infra.IngressConfigObject
}

// Route sends the requests below a path to a Kubernetes Service. The path is not rewritten: not every cloud's load
// balancer can do that.
type Route struct {
	Path    string
	Service pulumi.StringInput
}

// NewIngress creates the Ingress and the controller's custom resource.
func NewIngress(ctx *pulumi.Context, name string, args *IngressArgs, opts ...pulumi.ResourceOption) (*Ingress, error) {
	i := &Ingress{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:Ingress", name, pulumi.Map{
		"host": pulumi.String(args.Host),
	}, i, opts...); err != nil {
		return nil, err
	}
	var class pulumi.StringPtrInput
	if args.Class != "" {
		class = pulumi.String(args.Class)
	}
	var paths networkingv1.HTTPIngressPathArray
	for _, route := range args.Routes {
		paths = append(paths, &networkingv1.HTTPIngressPathArgs{
			Path: pulumi.String(route.Path), PathType: pulumi.String("Prefix"),
			Backend: &networkingv1.IngressBackendArgs{Service: &networkingv1.IngressServiceBackendArgs{
				Name: route.Service, Port: &networkingv1.ServiceBackendPortArgs{Name: pulumi.String(portName)},
			}},
		})
	}
	annotations, childOpts := pulumi.ToStringMap(args.Annotations), []pulumi.ResourceOption{pulumi.Parent(i)}
	if args.ConfigObject != nil {
		meta := &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: args.Namespace, Labels: objectLabels(args.Labels, nil)}
		configObject, annotation, err := newIngressConfigObject(ctx, name, *args.ConfigObject, name, meta, childOpts...)
		if err != nil {
			return nil, err
		}
		maps.Copy(annotations, annotation)
		childOpts = append(childOpts, pulumi.DependsOn([]pulumi.Resource{configObject}))
	}
	_, err := networkingv1.NewIngress(ctx, name, &networkingv1.IngressArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: args.Namespace, Labels: objectLabels(args.Labels, nil),
			Annotations: skipAwait(annotations),
		},
		Spec: &networkingv1.IngressSpecArgs{
			IngressClassName: class,
			Rules: networkingv1.IngressRuleArray{&networkingv1.IngressRuleArgs{
				Host: pulumi.String(args.Host), Http: &networkingv1.HTTPIngressRuleValueArgs{Paths: paths},
			}},
		},
	}, childOpts...)
	if err != nil {
		return nil, err
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{})
}
