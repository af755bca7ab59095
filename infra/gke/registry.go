package gke

import (
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// repositoryReaderRole allows to pull images.
const repositoryReaderRole = "roles/artifactregistry.reader"

// Registry is the Artifact Registry repository of the stack's images.
type Registry struct {
	pulumi.ResourceState

	repository *artifactregistry.Repository
}

// RegistryArgs are the arguments of NewRegistry.
type RegistryArgs struct {
	// Name and location of the repository.
	Name, Location string
	// UntaggedDays is the age in days at which untagged images are deleted, 0 for never.
	UntaggedDays int
	// Readers are IAM members that may pull images.
	Readers []string
	// RetainOnDelete keeps the repository if the stack is destroyed.
	RetainOnDelete bool
}

// NewRegistry creates the repository, with immutable tags. The grants to its readers are not retained: to remove a
// reader revokes the access.
func NewRegistry(ctx *pulumi.Context, name string, args *RegistryArgs, opts ...pulumi.ResourceOption) (*Registry, error) {
	r := &Registry{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Registry", name, pulumi.Map{
		"name": pulumi.String(args.Name), "location": pulumi.String(args.Location),
	}, r, opts...); err != nil {
		return nil, err
	}
	var err error
	r.repository, err = artifactregistry.NewRepository(ctx, name, &artifactregistry.RepositoryArgs{
		RepositoryId: pulumi.String(args.Name), Location: pulumi.String(args.Location), Format: pulumi.String("DOCKER"),
		DockerConfig:    &artifactregistry.RepositoryDockerConfigArgs{ImmutableTags: pulumi.Bool(true)},
		CleanupPolicies: cleanupPolicies(args.UntaggedDays),
	}, pulumi.Parent(r), pulumi.RetainOnDelete(args.RetainOnDelete))
	if err != nil {
		return nil, err
	}
	for _, reader := range args.Readers {
		if _, err := r.grantReader(ctx, name+"-"+reader, pulumi.String(reader), pulumi.Parent(r)); err != nil {
			return nil, err
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"name": r.repository.Name})
}

// cleanupPolicies deletes untagged images. An image with a tag is never deleted, whatever its age: it may be in use.
// An image in use has a tag, since make image and docker push set one, for each architecture too, and tags are
// immutable.
func cleanupPolicies(days int) artifactregistry.RepositoryCleanupPolicyArray {
	if days == 0 {
		return nil
	}
	return artifactregistry.RepositoryCleanupPolicyArray{&artifactregistry.RepositoryCleanupPolicyArgs{
		Id: pulumi.String("untagged"), Action: pulumi.String("DELETE"),
		Condition: &artifactregistry.RepositoryCleanupPolicyConditionArgs{
			TagState: pulumi.String("UNTAGGED"), OlderThan: pulumi.Sprintf("%ds", days*secondsPerDay),
		},
	}}
}

// grantReader allows a member to pull images. The role for nodes does not include it.
func (r *Registry) grantReader(
	ctx *pulumi.Context, name string, member pulumi.StringInput, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return artifactregistry.NewRepositoryIamMember(ctx, name, &artifactregistry.RepositoryIamMemberArgs{
		Location: r.repository.Location, Repository: r.repository.Name,
		Role: pulumi.String(repositoryReaderRole), Member: member,
	}, opts...)
}

// grantRepositoryReader allows a member to pull images from an existing repository, by its full name:
// projects/PROJECT/locations/LOCATION/repositories/NAME.
func grantRepositoryReader(
	ctx *pulumi.Context, name, repository string, member pulumi.StringInput, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	elements := strings.Split(repository, "/") // the config is valid
	return artifactregistry.NewRepositoryIamMember(ctx, name, &artifactregistry.RepositoryIamMemberArgs{
		Project: pulumi.String(elements[1]), Location: pulumi.String(elements[3]), Repository: pulumi.String(elements[5]),
		Role: pulumi.String(repositoryReaderRole), Member: member,
	}, opts...)
}
