package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// keyUser is the role that encrypts and decrypts with a key, and does nothing else with it.
const keyUser = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// secrets encrypts Kubernetes' secrets under a key of one's own, where there is
// one. That there is none is said outright: left out, it would mean the one
// before, which then has lost its grant.
func (a *ClusterArgs) secrets() *container.ClusterDatabaseEncryptionArgs {
	if a.Cluster.KMSKey == "" {
		return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("DECRYPTED")}
	}
	return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("ENCRYPTED"), KeyName: pulumi.String(a.Cluster.KMSKey)}
}

// letClusterUse grants GKE's own account the use of the key for secrets.
// https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets#grant_permission_to_use_the_key
func (a *ClusterArgs) letClusterUse(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return kms.NewCryptoKeyIAMMember(ctx, name, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: pulumi.String(a.Cluster.KMSKey), Role: pulumi.String(keyUser),
		Member: pulumi.Sprintf("serviceAccount:service-%s@container-engine-robot.iam.gserviceaccount.com", a.Number),
	}, opts...)
}

// letStorageUse grants Cloud Storage's own account the use of the buckets' key.
// The grant stays as long as the buckets do: without it nobody reads them.
func letStorageUse(ctx *pulumi.Context, c config.Config, parent pulumi.Resource) (pulumi.Resource, error) {
	agent := storage.GetProjectServiceAccountOutput(ctx, storage.GetProjectServiceAccountOutputArgs{
		Project: pulumi.String(c.GCP.Project),
	}, pulumi.Parent(parent))
	return kms.NewCryptoKeyIAMMember(ctx, "buckets", &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: pulumi.String(c.Buckets.KMSKey), Role: pulumi.String(keyUser),
		Member: pulumi.Sprintf("serviceAccount:%s", agent.EmailAddress()),
	}, pulumi.Parent(parent), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy))
}
