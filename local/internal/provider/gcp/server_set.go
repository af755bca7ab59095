package gcp

import (
	"maps"
	"path"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// providerSource is the source of the provider that pulumi-gcp 7.38.0 is.
const providerSource = "https://github.com/hashicorp/terraform-provider-google-beta/blob/v5.42.0/google-beta/services/"

// serverSet returns the properties that Google Cloud sets, by resource type.
func serverSet() map[string]map[string]provider.ServerSetProperty {
	all := map[string]map[string]provider.ServerSetProperty{clusterType: clusterServerSet, nodePoolType: nodePoolServerSet}
	maps.Copy(all, networkServerSet)
	maps.Copy(all, storageServerSet)
	return all
}

// nothingServerSet are the resource types without properties that Google Cloud sets, and why.
var nothingServerSet = map[string]string{
	"gcp:compute/sSLPolicy:SSLPolicy":                           "only outputs: fingerprint, enabledFeatures",
	"gcp:serviceaccount/account:Account":                        "only outputs: email, uniqueId",
	"gcp:projects/iAMMember:IAMMember":                          "the provider finds the binding by its inputs, and reads its etag",
	"gcp:storage/bucketIAMMember:BucketIAMMember":               "the provider finds the binding by its inputs, and reads its etag",
	"gcp:storage/managedFolder:ManagedFolder":                   "only outputs: metageneration, times",
	"gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember":             "the provider finds the binding by its inputs, and reads its etag",
	"gcp:artifactregistry/repository:Repository":                "only outputs: name, times",
	"gcp:storage/managedFolderIamMember:ManagedFolderIamMember": "the provider finds the binding by its inputs, and reads its etag",
}

// computed returns a property that is optional and computed in the provider's schema.
func computed(value any, source string) provider.ServerSetProperty {
	return provider.ServerSetProperty{Value: provider.ConstOutput(value), Computed: true, Source: providerSource + source}
}

// reference returns a property with the name or self link of another resource. Google Cloud reports it as prefix and
// the path that begins with projects/.
func reference(property, prefix, collection, source string) provider.ServerSetProperty {
	return provider.ServerSetProperty{
		Value: func(r *provider.Request) any {
			name := r.GetString(property)
			if name == "" {
				return nil
			}
			if _, relative, isLink := strings.Cut(name, "projects/"); isLink {
				return prefix + "projects/" + relative
			}
			return prefix + provider.Template("projects/{project}/"+collection)(r).(string) + "/" + name
		},
		Overrides: true, Replace: true, Equal: sameResource, Source: providerSource + source,
	}
}

// sameResource compares a self link with another one or with a name.
// https://github.com/hashicorp/terraform-provider-google-beta/blob/v5.42.0/google-beta/tpgresource/self_link_helpers.go#L44-L57
func sameResource(reported, wanted any) bool {
	reportedLink, _ := reported.(string)
	wantedLink, _ := wanted.(string)
	if !strings.Contains(wantedLink, "/") {
		return path.Base(reportedLink) == wantedLink
	}
	_, reportedPath, _ := strings.Cut(reportedLink, "projects/")
	_, wantedPath, isLink := strings.Cut(wantedLink, "projects/")
	return isLink && reportedPath == wantedPath
}
