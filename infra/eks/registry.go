package eks

import (
	"encoding/json"

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
// scanned. Nodes pull by their own policy, and nobody else is let in. The
// images stay behind when the stack is destroyed, as the buckets do.
func NewRegistry(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Registry, error) {
	r := &Registry{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Registry", name, pulumi.Map{
		"name": pulumi.String(c.Registry.Name),
	}, r, opts...); err != nil {
		return nil, err
	}
	parent, retain := pulumi.Parent(r), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy)
	for _, image := range append([]string{"fetcher"}, c.ServiceNames()...) {
		repository, err := ecr.NewRepository(ctx, image, &ecr.RepositoryArgs{
			Name:               pulumi.String(c.Registry.Name + "/" + image),
			ImageTagMutability: pulumi.String("IMMUTABLE"),
			ImageScanningConfiguration: &ecr.RepositoryImageScanningConfigurationArgs{
				ScanOnPush: pulumi.Bool(true),
			},
			ForceDelete: pulumi.Bool(c.Buckets.ForceDestroy),
		}, parent, retain)
		if err != nil {
			return nil, err
		}
		if c.Registry.UntaggedDays == 0 {
			continue
		}
		rules, err := LifecyclePolicy(c.Registry.UntaggedDays)
		if err != nil {
			return nil, err
		}
		if _, err := ecr.NewLifecyclePolicy(ctx, image, &ecr.LifecyclePolicyArgs{
			Repository: repository.Name, Policy: pulumi.String(rules),
		}, parent, retain); err != nil {
			return nil, err
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{})
}

// LifecyclePolicy returns the rules by which images go: those without a tag, after so
// many days. A stack names its images by digest, and what it names has to stay.
// What has a tag stays however many are newer, since a service that nobody has
// touched for a year runs the oldest of all. And what runs has a tag: make
// image and docker push set one, and since tags are immutable no later push
// takes it away. make image tags the parts of an image for several
// architectures too.
func LifecyclePolicy(days int) (string, error) {
	type object = map[string]any
	rules, err := json.Marshal(object{"rules": []object{{
		"rulePriority": 1, "description": "images without a tag",
		"selection": object{"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days},
		"action":    object{"type": "expire"},
	}}})
	return string(rules), err
}
