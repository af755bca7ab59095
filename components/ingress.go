package components

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Ingress is the way in to the services from outside the cluster: one load
// balancer of the cloud's, which ends TLS.
type Ingress struct {
	pulumi.ResourceState
}

// IngressArgs says who is let in where.
type IngressArgs struct {
	// Namespace of the services; Labels say whose they are.
	Namespace pulumi.StringInput
	Labels    map[string]string
	// Host that requests are for.
	Host string
	// Class of the controller that serves it, "" where an annotation names it.
	Class string
	// Annotations are what the controller is told besides.
	Annotations map[string]string
	// Routes from paths to services.
	Routes []Route
	// ConfigObject is an object of the controller's own kind, nil for none.
	ConfigObject *IngressConfigObject
}

// IngressConfigObject is an object beside an Ingress, of a kind that its controller brings.
type IngressConfigObject struct {
	APIVersion, Kind string
	// Annotation of the Ingress that names it.
	Annotation string
	// Spec of it.
	Spec pulumi.Map
}

// Route leads a path, and all below it, to a Kubernetes Service. The path
// stays in the request: not every cloud's load balancer can take it out.
type Route struct {
	Path    string
	Service pulumi.StringInput
}

// NewIngress makes the ingress.
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
		configObject, err := args.newConfigObject(ctx, name, childOpts...)
		if err != nil {
			return nil, err
		}
		annotations[args.ConfigObject.Annotation] = pulumi.String(name)
		childOpts = append(childOpts, pulumi.DependsOn([]pulumi.Resource{configObject}))
	}
	_, err := networkingv1.NewIngress(ctx, name, &networkingv1.IngressArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: args.Namespace, Labels: objectLabels(args.Labels, nil), Annotations: annotations,
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

// newConfigObject makes the object beside the Ingress, under the same name.
func (a *IngressArgs) newConfigObject(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(a.ConfigObject.APIVersion), Kind: pulumi.String(a.ConfigObject.Kind),
		Metadata:    &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: a.Namespace, Labels: objectLabels(a.Labels, nil)},
		OtherFields: kubernetes.UntypedArgs{"spec": a.ConfigObject.Spec},
	}, opts...)
}
