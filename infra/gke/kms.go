package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// databaseEncryption encrypts Kubernetes' secrets under a key of one's own, where there is
// one. That there is none is said outright: left out, it would mean the one
// before, which then has lost its grant.
func (a *ClusterArgs) databaseEncryption() *container.ClusterDatabaseEncryptionArgs {
	if a.Cluster.KMSKey == "" {
		return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("DECRYPTED")}
	}
	return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("ENCRYPTED"), KeyName: pulumi.String(a.Cluster.KMSKey)}
}

// grantClusterKMS grants GKE's own account the use of the key for secrets.
// https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets#grant_permission_to_use_the_key
func (a *ClusterArgs) grantClusterKMS(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return grantKMS(ctx, name, a.Cluster.KMSKey, pulumi.Sprintf("service-%s@container-engine-robot.iam.gserviceaccount.com", a.ProjectNumber), opts...)
}

// grantStorageKMS grants Cloud Storage's own account the use of the buckets' key.
// The grant stays as long as the buckets do: without it nobody reads them.
func grantStorageKMS(ctx *pulumi.Context, c config.Config, parent pulumi.Resource) (pulumi.Resource, error) {
	serviceAgent := storage.GetProjectServiceAccountOutput(ctx, storage.GetProjectServiceAccountOutputArgs{
		Project: pulumi.String(c.GCP.Project),
	}, pulumi.Parent(parent))
	return grantKMS(ctx, "buckets", c.Buckets.KMSKey, serviceAgent.EmailAddress(), pulumi.Parent(parent), pulumi.RetainOnDelete(!c.Buckets.ForceDestroy))
}

// grantKMS lets a service account encrypt and decrypt with a key, and do nothing else with it.
func grantKMS(ctx *pulumi.Context, name, key string, account pulumi.StringInput, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return kms.NewCryptoKeyIAMMember(ctx, name, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: pulumi.String(key), Role: pulumi.String("roles/cloudkms.cryptoKeyEncrypterDecrypter"),
		Member: pulumi.Sprintf("serviceAccount:%s", account),
	}, opts...)
}
