package gcp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

const (
	networkType        = "gcp:compute/network:Network"
	subnetworkType     = "gcp:compute/subnetwork:Subnetwork"
	routerType         = "gcp:compute/router:Router"
	serviceAccountType = "gcp:serviceaccount/account:Account"
	cryptoKeyGrantType = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
)

// computeTaken refuses a resource of Compute Engine whose name is taken. The provider puts the resource before it.
// https://github.com/ContainerSolutions/terraform-mesos/issues/53
func computeTaken(resource string) provider.Refusal {
	return provider.Taken(provider.Template("Error creating " + resource +
		": googleapi: Error 409: The resource '{id}' already exists, alreadyExists"))
}

// refusals are what Google Cloud refuses of the resources that the program has.
var refusals = map[string]provider.Refusals{
	networkType: {
		Create: []provider.Refusal{computeTaken("Network")},
		// https://github.com/GoogleCloudPlatform/terraform-google-three-tier-web-app/issues/167
		Delete: []provider.Refusal{provider.InUse(provider.Template("Error waiting for Deleting Network: "+
			"The network resource '{id}' is already being used by '{user}'"),
			subnetworkType+" network", routerType+" network", clusterType+" network")},
	},
	subnetworkType: {
		Create: []provider.Refusal{computeTaken("Subnetwork"), overlapsRange},
		// https://github.com/genevieve/leftovers/issues/6
		Delete: []provider.Refusal{provider.InUse(provider.Template("Error when reading or editing Subnetwork: googleapi: Error 400: "+
			"The subnetwork resource '{id}' is already being used by '{user}', resourceInUseByAnotherResource"),
			clusterType+" subnetwork")},
	},
	routerType:                        {Create: []provider.Refusal{computeTaken("Router")}},
	"gcp:compute/sSLPolicy:SSLPolicy": {Create: []provider.Refusal{computeTaken("SslPolicy")}},
	clusterType: {Create: []provider.Refusal{
		// https://github.com/GoogleCloudPlatform/gke-logging-sinks-demo/pull/11
		provider.Taken(provider.Template("googleapi: Error 409: Already exists: {id}., alreadyExists")),
		noServiceAccount("nodeConfig.serviceAccount", ""), checkRanges,
	}},
	nodePoolType: {Create: []provider.Refusal{
		// resource_container_node_pool.go in
		// https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/services/container
		provider.Taken(provider.Template("resource - {id} - already exists")),
		noServiceAccount("nodeConfig.serviceAccount", "error creating NodePool: "),
	}},
	serviceAccountType: {Create: []provider.Refusal{
		// https://github.com/vanvalenlab/kiosk-console/issues/195
		provider.Taken(provider.Template("Error creating service account: googleapi: Error 409: Service account {accountId} " +
			"already exists within project projects/{project}., alreadyExists")),
	}},
	"gcp:artifactregistry/repository:Repository": {Create: []provider.Refusal{
		// https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories/create
		provider.Taken(provider.Template("Error creating Repository: googleapi: Error 409: the repository already exists")),
	}},
	bucketType: {Create: []provider.Refusal{
		// https://github.com/GoogleCloudPlatform/mlops-with-vertex-ai/issues/26
		provider.RefuseIf(isForeignBucket, provider.Template("googleapi: Error 409: The requested bucket name is not available. The "+
			"bucket namespace is shared by all users of the system. Please select a different name and try again., conflict")),
		// https://github.com/gitpod-io/gitpod/issues/15578
		provider.Taken(provider.Template("googleapi: Error 409: Your previous request to create the named bucket succeeded " +
			"and you already own it., conflict")),
		// https://github.com/ollionorg/gcp-landing-zone/pull/59
		provider.RefuseIf(hasNoKeyGrant, provider.Template("googleapi: Error 403: Permission denied on Cloud KMS key. "+
			"Please ensure that your Cloud Storage service account has been authorized to use this key., forbidden")),
	}},
	managedFolderType: {Create: []provider.Refusal{
		provider.Missing("bucket", bucketType, "id", provider.Template("Error creating ManagedFolder: googleapi: Error 404: "+
			"The specified bucket does not exist., notFound")),
	}},
	"gcp:storage/managedFolderIamMember:ManagedFolderIamMember": memberRefusals(
		"storage managedfolder \"b/{bucket}/managedFolders/{managedFolder}\"",
	),
	"gcp:storage/bucketIAMMember:BucketIAMMember": memberRefusals("storage bucket \"b/{bucket}\""),
	"gcp:projects/iAMMember:IAMMember":            memberRefusals("project \"{project}\""),
	cryptoKeyGrantType:                            memberRefusals("KMS CryptoKey \"{cryptoKeyId}\""),
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": memberRefusals(
		"artifactregistry repository \"projects/{project}/locations/{location}/repositories/{repository}\""),
}

// memberRefusals refuses a grant to a member that does not exist.
// https://github.com/terraform-google-modules/terraform-google-kubernetes-engine/issues/916
func memberRefusals(resource string) provider.Refusals {
	prefix := "Error applying IAM policy for " + resource + ": Error setting IAM policy for " + resource + ": googleapi: Error 400: "
	return provider.Refusals{Create: []provider.Refusal{
		provider.RefuseIf(hasNoIdentityPool, func(r *provider.Request) any {
			return fmt.Sprintf("%vIdentity Pool does not exist (%s). Please check that you specified a valid resource name as returned "+
				"in the `name` attribute in the configuration API., badRequest", provider.Template(prefix)(r), identityPool(r))
		}),
		provider.RefuseIf(memberMissing, func(r *provider.Request) any {
			account := strings.TrimPrefix(r.GetString("member"), "serviceAccount:")
			return fmt.Sprintf("%vService account %s does not exist., badRequest", provider.Template(prefix)(r), account)
		}),
	}}
}

// identityPool returns the workload identity pool of a member, "" for another member.
func identityPool(r *provider.Request) string {
	_, pool, _ := strings.Cut(r.GetString("member"), "/workloadIdentityPools/")
	pool, _, _ = strings.Cut(pool, "/")
	return pool
}

// hasNoIdentityPool reports whether a member is in a pool that does not exist: Google creates it with the first cluster
// of a project.
func hasNoIdentityPool(r *provider.Request, cloud *cloudstate.Cloud) bool {
	return identityPool(r) != "" && !slices.ContainsFunc(cloud.OfType(clusterType), func(cluster cloudstate.Resource) bool {
		return cluster.ID == provider.LocalClusterName ||
			slices.Contains(provider.Strings(cluster, "workloadIdentityConfig.workloadPool"), identityPool(r))
	})
}

// memberMissing reports whether a member is a service account of the stack's project that does not exist. Google has
// others, its service agents.
func memberMissing(r *provider.Request, cloud *cloudstate.Cloud) bool {
	email, isAccount := strings.CutPrefix(r.GetString("member"), "serviceAccount:")
	return isAccount && strings.HasSuffix(email, "@"+r.ConfigString("project")+".iam.gserviceaccount.com") &&
		provider.FindBy(cloud, serviceAccountType, "email", email) == nil
}

// noServiceAccount refuses a service account of nodes that does not exist.
// https://github.com/GoogleCloudPlatform/software-delivery-workshop/pull/34
func noServiceAccount(path, prefix string) provider.Refusal {
	return provider.Missing(path, serviceAccountType, "email",
		provider.Template(prefix+"googleapi: Error 400: Service account \"{"+path+"}\" does not exist., badRequest"))
}

func isForeignBucket(r *provider.Request, _ *cloudstate.Cloud) bool {
	account, err := r.Cloud.Account()
	return err == nil && slices.Contains(account.ForeignBuckets, r.GetString("name"))
}

// hasNoKeyGrant reports whether Cloud Storage may not use the key of a bucket.
func hasNoKeyGrant(r *provider.Request, cloud *cloudstate.Cloud) bool {
	key := r.GetString("encryption.defaultKmsKeyName")
	return key != "" && !slices.ContainsFunc(cloud.OfType(cryptoKeyGrantType), func(grant cloudstate.Resource) bool {
		member, _ := grant.Outputs["member"].(string)
		return grant.Outputs["cryptoKeyId"] == key && strings.HasSuffix(member, "@gs-project-accounts.iam.gserviceaccount.com")
	})
}
