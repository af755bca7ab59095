package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// A grant is its role, its member and what it is on: a change of any of them is another grant.
var identity = map[string]provider.Resource{
	"gcp:serviceaccount/account:Account": {
		Args: serviceaccount.AccountArgs{}, State: serviceaccount.AccountState{},
		Replace: []string{"accountId", "project"},
		ID:      provider.Text("projects/{project}/serviceAccounts/{email}"),
		Outputs: map[string]provider.Value{
			"email":    provider.Text("{accountId}@{project}.iam.gserviceaccount.com"),
			"member":   provider.Text("serviceAccount:{email}"),
			"name":     provider.Text("projects/{project}/serviceAccounts/{email}"),
			"uniqueId": provider.Text("{#21}"),
		},
	},
	"gcp:projects/iAMMember:IAMMember": {
		Args: projects.IAMMemberArgs{}, State: projects.IAMMemberState{},
		Replace: []string{"project", "role", "member", "condition"},
		ID:      provider.Text("{project}/{role}/{member}"),
	},
	"gcp:storage/bucketIAMMember:BucketIAMMember": {
		Args: storage.BucketIAMMemberArgs{}, State: storage.BucketIAMMemberState{},
		Replace: []string{"bucket", "role", "member", "condition"},
		ID:      provider.Text("b/{bucket}/{role}/{member}"),
	},
	"gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": {
		Args: kms.CryptoKeyIAMMemberArgs{}, State: kms.CryptoKeyIAMMemberState{},
		Replace: []string{"cryptoKeyId", "role", "member", "condition"},
		ID:      provider.Text("{cryptoKeyId}/{role}/{member}"),
	},
	"gcp:storage/managedFolderIamMember:ManagedFolderIamMember": {
		Args: storage.ManagedFolderIamMemberArgs{}, State: storage.ManagedFolderIamMemberState{},
		Replace: []string{"bucket", "managedFolder", "role", "member", "condition"},
		ID:      provider.Text("b/{bucket}/managedFolders/{managedFolder}/{role}/{member}"),
	},
}
