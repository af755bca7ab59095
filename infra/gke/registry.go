package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Registry is the Artifact Registry repository that the stack's images lie in.
type Registry struct {
	pulumi.ResourceState

	repository *artifactregistry.Repository
}

// NewRegistry makes the repository. A tag, once set, names one image for ever.
// The images stay behind when the stack is destroyed, as the buckets do.
func NewRegistry(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Registry, error) {
	r := &Registry{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Registry", name, pulumi.Map{
		"name": pulumi.String(c.Registry.Name), "location": pulumi.String(c.GCP.Region),
	}, r, opts...); err != nil {
		return nil, err
	}
	var err error
	r.repository, err = artifactregistry.NewRepository(ctx, name, &artifactregistry.RepositoryArgs{
		RepositoryId: pulumi.String(c.Registry.Name), Location: pulumi.String(c.GCP.Region), Format: pulumi.String("DOCKER"),
		DockerConfig:    &artifactregistry.RepositoryDockerConfigArgs{ImmutableTags: pulumi.Bool(true)},
		CleanupPolicies: cleanupPolicies(c.Registry.UntaggedDays),
	}, pulumi.Parent(r), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy))
	if err != nil {
		return nil, err
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"name": r.repository.Name})
}

// cleanupPolicies returns the rules by which images go: those without a tag, after so
// many days. A stack names its images by digest, and what it names has to stay.
// What has a tag stays however many are newer, since a service that nobody has
// touched for a year runs the oldest of all. And what runs has a tag: make
// image and docker push set one, and since tags are immutable no later push
// takes it away. make image tags the parts of an image for several
// architectures too.
func cleanupPolicies(days int) artifactregistry.RepositoryCleanupPolicyArray {
	if days == 0 {
		return nil
	}
	return artifactregistry.RepositoryCleanupPolicyArray{&artifactregistry.RepositoryCleanupPolicyArgs{
		Id: pulumi.String("untagged"), Action: pulumi.String("DELETE"),
		Condition: &artifactregistry.RepositoryCleanupPolicyConditionArgs{
			TagState: pulumi.String("UNTAGGED"), OlderThan: pulumi.Sprintf("%ds", days*24*60*60),
		},
	}}
}

// grantReader lets a member pull images, and do nothing else. Its role for nodes
// does not include it.
func (r *Registry) grantReader(ctx *pulumi.Context, name string, member pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return artifactregistry.NewRepositoryIamMember(ctx, name, &artifactregistry.RepositoryIamMemberArgs{
		Location: r.repository.Location, Repository: r.repository.Name,
		Role: pulumi.String("roles/artifactregistry.reader"), Member: member,
	}, opts...)
}
