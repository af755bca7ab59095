// Package aws is the local cloud's Amazon Web Services: the resource types and functions that the program uses.
package aws

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Version is that of the pulumi-aws SDK in go.mod.
const Version = "6.83.2"

// account is the number that AWS's documentation uses; the provider's allowedAccountIds choose another.
const account = "123456789012"

// Package is the table of what this cloud knows. A new resource type is one more entry in one of its parts.
func Package() *provider.Package {
	pkg := &provider.Package{
		Name: "aws", Version: Version, Config: aws.ProviderArgs{},
		Shared: map[string]provider.Value{
			"region":     region,
			"ownerId":    accountID,
			"tagsAll":    tagsAll,
			"createdAt":  provider.Const(epoch),
			"modifiedAt": provider.Const(epoch),
			"createDate": provider.Const(epoch),
		},
		Resources: map[string]provider.Resource{},
		Functions: functions,
	}
	for _, part := range []map[string]provider.Resource{network, routing, cluster, access, identity, bucket, keys, registry} {
		maps.Copy(pkg.Resources, part)
	}
	return pkg
}

// epoch stands for every time of creation, so that a plan reads the same each day.
const epoch = "2024-01-01T00:00:00Z"

func region(r *provider.Request) any {
	if region := r.Setting("region"); region != "" {
		return region
	}
	return r.Fault("%s: no region: set aws:region (pulumi config set aws:region NAME), or the provider's region", r.Type)
}

func accountID(r *provider.Request) any {
	if id := r.Setting("allowedAccountIds.0"); id != "" {
		return id
	}
	return account
}

// tagsAll are the resource's tags over the provider's default ones.
func tagsAll(r *provider.Request) any {
	all := map[string]any{}
	maps.Copy(all, r.SettingMap("defaultTags.tags"))
	maps.Copy(all, r.Map("tags"))
	return all
}

// arn makes an ARN of this account and region; global services leave the region out.
func arn(service, resource string) provider.Value {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s:%v:%v:%v", service, region(r), accountID(r), provider.Text(resource)(r))
	}
}

func globalARN(service, resource string) provider.Value {
	return func(r *provider.Request) any {
		return fmt.Sprintf("arn:aws:%s::%v:%v", service, accountID(r), provider.Text(resource)(r))
	}
}
