// Package aws is the local cloud's provider for AWS: the resource types and functions that the program uses.
package aws

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Version is the version of the pulumi-aws SDK in go.mod.
const Version = "6.83.4"

// defaultAccountID is the account in AWS's documentation. The provider's allowedAccountIds override it.
const defaultAccountID = "123456789012"

// Package returns the resource types and functions of AWS. A new resource type is an entry in one of the maps.
func Package() *provider.Package {
	pkg := &provider.Package{
		Name: "aws", Version: Version, Config: aws.ProviderArgs{},
		SharedOutputs: map[string]provider.OutputFunc{
			"region":     region,
			"ownerId":    accountID,
			"tagsAll":    tagsAll,
			"createdAt":  provider.ConstOutput(fixedTimestamp),
			"modifiedAt": provider.ConstOutput(fixedTimestamp),
			"createDate": provider.ConstOutput(fixedTimestamp),
		},
		PlannedOutputs: []string{"region"},
		TrackedOutputs: []string{"tagsAll"},
		Resources:      map[string]provider.Resource{},
		Functions:      functions,
		InputFormats:   inputFormats, Refusals: map[string]provider.Refusals{}, Quotas: quotas,
	}
	for _, rules := range []map[string]provider.Refusals{refusals, networkRefusals, eksRefusals} {
		maps.Copy(pkg.Refusals, rules)
	}
	for _, resources := range []map[string]provider.Resource{
		networkResources, routeResources, clusterResources, nodeGroupResources, accessEntryResources, iamResources,
		bucketResources, kmsResources, ecrResources, logGroupResources,
	} {
		maps.Copy(pkg.Resources, resources)
	}
	for token, values := range enums {
		resource := pkg.Resources[token]
		resource.Enums = values
		pkg.Resources[token] = resource
	}
	pkg.AddServerSet(serverSet(), nothingServerSet)
	return pkg
}

// fixedTimestamp is the creation time of every resource, so that plans do not change from day to day.
const fixedTimestamp = "2024-01-01T00:00:00Z"

func region(r *provider.Request) any {
	if name := r.ConfigString("region"); name != "" {
		return name
	}
	return r.Errorf("%s: no region: set aws:region (pulumi config set aws:region NAME), or the provider's region", r.Type)
}

func accountID(r *provider.Request) any {
	if id := r.ConfigString("allowedAccountIds.0"); id != "" {
		return id
	}
	return defaultAccountID
}

// tagsAll returns the provider's default tags, overridden by the resource's.
func tagsAll(r *provider.Request) any {
	tags := map[string]any{}
	maps.Copy(tags, r.ConfigObject("defaultTags.tags"))
	maps.Copy(tags, r.GetMap("tags"))
	return tags
}

// arn returns an output with an ARN in the provider's account and region. resource is a provider.Template.
func arn(service, resource string) provider.OutputFunc {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s:%v:%v:%v", service, region(r), accountID(r), provider.Template(resource)(r))
	}
}

// globalARN is arn for global services, whose ARNs have no region.
func globalARN(service, resource string) provider.OutputFunc {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s::%v:%v", service, accountID(r), provider.Template(resource)(r))
	}
}
