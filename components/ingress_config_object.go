package components

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// newIngressConfigObject creates a custom resource of the ingress controller. objectName is the name in meta, to which
// the annotation refers. The object with the annotation has to depend on the custom resource.
func newIngressConfigObject(
	ctx *pulumi.Context, name string, config infra.IngressConfigObject, objectName string, meta *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (object pulumi.Resource, annotation pulumi.StringMap, err error) {
	object, err = apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(config.APIVersion), Kind: pulumi.String(config.Kind), Metadata: meta,
		OtherFields: kubernetes.UntypedArgs{"spec": config.Spec},
	}, opts...)
	value := objectName
	if config.AnnotationValue != nil {
		value = config.AnnotationValue(objectName)
	}
	return object, pulumi.StringMap{config.Annotation: pulumi.String(value)}, err
}
