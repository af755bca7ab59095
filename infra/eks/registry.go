package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Registry is the ECR repositories that the stack's images lie in, one an image.
type Registry struct {
	pulumi.ResourceState
}

// NewRegistry makes a repository for the fetcher and for each service of the
// catalogue. A tag, once set, names one image for ever; what is pushed is
// scanned. Nodes pull by their own policy, and nobody else is let in. Nothing
// is cleaned up: a stack names its images by digest, so one that has no tag
// may well be the one that runs. The images stay behind when the stack is
// destroyed, as the buckets do.
func NewRegistry(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Registry, error) {
	r := &Registry{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Registry", name, pulumi.Map{
		"name": pulumi.String(c.Registry.Name),
	}, r, opts...); err != nil {
		return nil, err
	}
	child, kept := pulumi.Parent(r), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy)
	for _, image := range append([]string{"fetcher"}, c.ServiceNames()...) {
		if _, err := ecr.NewRepository(ctx, image, &ecr.RepositoryArgs{
			Name:               pulumi.String(c.Registry.Name + "/" + image),
			ImageTagMutability: pulumi.String("IMMUTABLE"),
			ImageScanningConfiguration: &ecr.RepositoryImageScanningConfigurationArgs{
				ScanOnPush: pulumi.Bool(true),
			},
			ForceDelete: pulumi.Bool(c.Buckets.ForceDestroy),
		}, child, kept); err != nil {
			return nil, err
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{})
}
