package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// databaseEncryption encrypts Kubernetes Secrets with the configured key. DECRYPTED is explicit: without it GKE keeps
// the previous key, which the stack no longer grants.
func (a *ClusterArgs) databaseEncryption() *container.ClusterDatabaseEncryptionArgs {
	if a.Spec.KMSKey == "" {
		return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("DECRYPTED")}
	}
	return &container.ClusterDatabaseEncryptionArgs{State: pulumi.String("ENCRYPTED"), KeyName: pulumi.String(a.Spec.KMSKey)}
}

// grantClusterKMS grants the GKE service agent the use of the key for Secrets.
// https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets#grant_permission_to_use_the_key
func (a *ClusterArgs) grantClusterKMS(
	ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	serviceAgent := pulumi.Sprintf("service-%s@container-engine-robot.iam.gserviceaccount.com", a.ProjectNumber)
	return grantKMS(ctx, name, a.Spec.KMSKey, serviceAgent, opts...)
}

// grantStorageKMS grants the Cloud Storage service agent the use of the buckets' key. The grant is retained if the
// buckets are: without it nobody can read them.
func grantStorageKMS(
	ctx *pulumi.Context, args *bucketsArgs, parent pulumi.ResourceOrInvokeOption,
) (pulumi.Resource, error) {
	serviceAgent := storage.GetProjectServiceAccountOutput(ctx, storage.GetProjectServiceAccountOutputArgs{
		Project: pulumi.String(args.Project),
	}, parent)
	return grantKMS(ctx, "buckets", args.Buckets.KMSKey, serviceAgent.EmailAddress(), parent, args.retainOnDelete())
}

// grantKMS allows a service account to encrypt and decrypt with a key.
func grantKMS(
	ctx *pulumi.Context, name, key string, account pulumi.StringInput, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return kms.NewCryptoKeyIAMMember(ctx, name, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: pulumi.String(key), Role: pulumi.String("roles/cloudkms.cryptoKeyEncrypterDecrypter"),
		Member: pulumi.Sprintf("serviceAccount:%s", account),
	}, opts...)
}
