package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// iamResources are replaced by every change: a binding has no properties besides its role, member, resource and
// condition.
var iamResources = map[string]provider.Resource{
	serviceAccountType: {
		Args: serviceaccount.AccountArgs{}, State: serviceaccount.AccountState{},
		ReplaceOnChanges: []string{"accountId", "project"},
		ID:               provider.Template("projects/{project}/serviceAccounts/{email}"),
		Outputs: map[string]provider.OutputFunc{
			"email":    provider.Template("{accountId}@{project}.iam.gserviceaccount.com"),
			"member":   provider.Template("serviceAccount:{email}"),
			"name":     provider.Template("projects/{project}/serviceAccounts/{email}"),
			"uniqueId": provider.Template("{#21}"),
		},
	},
	"gcp:projects/iAMMember:IAMMember": {
		Args: projects.IAMMemberArgs{}, State: projects.IAMMemberState{},
		ReplaceOnChanges: []string{"project", "role", "member", "condition"},
		ID:               provider.Template("{project}/{role}/{member}"),
	},
	"gcp:storage/bucketIAMMember:BucketIAMMember": {
		Args: storage.BucketIAMMemberArgs{}, State: storage.BucketIAMMemberState{},
		ReplaceOnChanges: []string{"bucket", "role", "member", "condition"},
		ID:               provider.Template("b/{bucket}/{role}/{member}"),
	},
	cryptoKeyGrantType: {
		Args: kms.CryptoKeyIAMMemberArgs{}, State: kms.CryptoKeyIAMMemberState{},
		ReplaceOnChanges: []string{"cryptoKeyId", "role", "member", "condition"},
		ID:               provider.Template("{cryptoKeyId}/{role}/{member}"),
	},
	"gcp:storage/managedFolderIamMember:ManagedFolderIamMember": {
		Args: storage.ManagedFolderIamMemberArgs{}, State: storage.ManagedFolderIamMemberState{},
		ReplaceOnChanges: []string{"bucket", "managedFolder", "role", "member", "condition"},
		ID:               provider.Template("b/{bucket}/managedFolders/{managedFolder}/{role}/{member}"),
	},
}
