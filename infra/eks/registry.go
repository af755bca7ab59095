package eks

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Registry has an ECR repository for each of the stack's images.
type Registry struct {
	pulumi.ResourceState
}

// RegistryArgs are the arguments of NewRegistry.
type RegistryArgs struct {
	// Name is the first part of the repositories' names.
	Name string
	// Images are the second parts of the repositories' names.
	Images []string
	// UntaggedDays is the age in days at which untagged images are deleted, 0 for never.
	UntaggedDays int
	// Readers are the ARNs of accounts, roles and users that may pull images.
	Readers []string
	// ForceDelete deletes the repositories and their images with the stack. Otherwise both are retained.
	ForceDelete bool
}

// NewRegistry creates the repositories, with immutable tags and a scan of each pushed image. Nodes in the
// account pull with their own role: a repository has a policy only for readers.
func NewRegistry(ctx *pulumi.Context, name string, args *RegistryArgs, opts ...pulumi.ResourceOption) (*Registry, error) {
	r := &Registry{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Registry", name, pulumi.Map{
		"name": pulumi.String(args.Name),
	}, r, opts...); err != nil {
		return nil, err
	}
	parent, retain := pulumi.Parent(r), pulumi.RetainOnDelete(!args.ForceDelete)
	for _, image := range args.Images {
		repository, err := ecr.NewRepository(ctx, image, &ecr.RepositoryArgs{
			Name:               pulumi.String(args.Name + "/" + image),
			ImageTagMutability: pulumi.String("IMMUTABLE"),
			ImageScanningConfiguration: &ecr.RepositoryImageScanningConfigurationArgs{
				ScanOnPush: pulumi.Bool(true),
			},
			ForceDelete: pulumi.Bool(args.ForceDelete),
		}, parent, retain)
		if err != nil {
			return nil, err
		}
		if err := args.newRepositoryPolicy(ctx, image, repository, parent); err != nil {
			return nil, err
		}
		if args.UntaggedDays == 0 {
			continue
		}
		policy, err := LifecyclePolicy(args.UntaggedDays)
		if err != nil {
			return nil, err
		}
		if _, err := ecr.NewLifecyclePolicy(ctx, image, &ecr.LifecyclePolicyArgs{
			Repository: repository.Name, Policy: pulumi.String(policy),
		}, parent, retain); err != nil {
			return nil, err
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{})
}

// newRepositoryPolicy allows the readers to pull images. It is not retained: to remove the readers revokes the access.
func (a *RegistryArgs) newRepositoryPolicy(
	ctx *pulumi.Context, name string, repository *ecr.Repository, opts ...pulumi.ResourceOption,
) error {
	if len(a.Readers) == 0 {
		return nil
	}
	policy, err := ImagePullPolicy(a.Readers)
	if err != nil {
		return err
	}
	_, err = ecr.NewRepositoryPolicy(ctx, name, &ecr.RepositoryPolicyArgs{
		Repository: repository.Name, Policy: pulumi.String(policy),
	}, opts...)
	return err
}

// LifecyclePolicy returns the ECR lifecycle policy that deletes untagged images after a number of days. An image with
// a tag is never deleted, whatever its age: it may be in use. An image in use has a tag, since make image and docker
// push set one, for each architecture too, and tags are immutable.
func LifecyclePolicy(days int) (string, error) {
	type object = map[string]any
	policy, err := json.Marshal(object{"rules": []object{{
		"rulePriority": 1, "description": "images without a tag",
		"selection": object{"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days},
		"action":    object{"type": "expire"},
	}}})
	return string(policy), err
}
