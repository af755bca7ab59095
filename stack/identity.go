package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// serviceIdentity is the identity of a service's pods on the cloud, with their service account.
type serviceIdentity struct {
	*infra.WorkloadIdentity
	serviceAccount *components.ServiceAccount
}

// newServiceIdentities creates the identity of every service in the catalogue, by the service's name. A service without
// a release has one, too: the clouds take seconds to minutes to apply a grant, so a release need not wait for it. EKS
// injects credentials into a pod only when it is created: the admission policy refuses pods that come too early.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
// https://cloud.google.com/iam/docs/access-change-propagation
func newServiceIdentities(
	ctx *pulumi.Context, c config.Config, platform *platform, namespace *components.Namespace,
) (map[string]serviceIdentity, error) {
	identities := map[string]serviceIdentity{}
	for _, name := range c.ServiceNames() {
		identity, err := newServiceIdentity(ctx, c, platform, namespace, name)
		if err != nil {
			return nil, fmt.Errorf("identity of service %q: %w", name, err)
		}
		identities[name] = identity
	}
	return identities, nil
}

func newServiceIdentity(
	ctx *pulumi.Context, c config.Config, platform *platform, namespace *components.Namespace, name string,
) (serviceIdentity, error) {
	service := c.Services[name]
	var prefixes []infra.BucketPrefix
	for _, bucket := range service.Buckets() {
		prefixes = append(prefixes, infra.BucketPrefix{Bucket: bucket, Prefix: service.Prefix})
	}
	identity, err := platform.NewWorkloadIdentity(ctx, service.Deployment, &infra.WorkloadIdentityArgs{
		Namespace: c.Namespace, ServiceAccount: service.Deployment, ReadPrefixes: prefixes,
	})
	if err != nil {
		return serviceIdentity{}, err
	}
	account, err := components.NewServiceAccount(ctx, name, &components.ServiceAccountArgs{
		Name: service.Deployment, Namespace: namespace.Name, Labels: c.Labels(ctx.Project(), ctx.Stack()),
		Annotations: identity.Annotations,
	}, pulumi.Provider(platform.Kubernetes))
	return serviceIdentity{identity, account}, err
}
