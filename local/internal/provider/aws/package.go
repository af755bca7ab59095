// Package aws is the local cloud's Amazon Web Services: the resource types and functions that the program uses.
package aws

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Version is that of the pulumi-aws SDK in go.mod.
const Version = "6.83.4"

// defaultAccountID is the number that AWS's documentation uses; the provider's allowedAccountIds choose another.
const defaultAccountID = "123456789012"

// Package is the table of what this cloud knows. A new resource type is one more entry in one of its parts.
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
		Resources: map[string]provider.Resource{},
		Functions: functions,
	}
	for _, resources := range []map[string]provider.Resource{networkResources, routeResources, clusterResources, accessEntryResources, iamResources, bucketResources, kmsResources, ecrResources} {
		maps.Copy(pkg.Resources, resources)
	}
	return pkg
}

// fixedTimestamp stands for every time of creation, so that a plan reads the same each day.
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

// tagsAll are the resource's tags over the provider's default ones.
func tagsAll(r *provider.Request) any {
	tags := map[string]any{}
	maps.Copy(tags, r.ConfigMap("defaultTags.tags"))
	maps.Copy(tags, r.GetMap("tags"))
	return tags
}

// arn makes an ARN of this account and region; global services leave the region out.
func arn(service, resource string) provider.OutputFunc {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s:%v:%v:%v", service, region(r), accountID(r), provider.Template(resource)(r))
	}
}

func globalARN(service, resource string) provider.OutputFunc {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s::%v:%v", service, accountID(r), provider.Template(resource)(r))
	}
}
