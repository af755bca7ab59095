package gcp_test

import (
	"strings"
	"testing"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
	"github.com/modelferry/modelferry/local/internal/provider/refusaltest"
)

type object = map[string]any

const (
	bucketType     = "gcp:storage/bucket:Bucket"
	networkType    = "gcp:compute/network:Network"
	subnetworkType = "gcp:compute/subnetwork:Subnetwork"
	clusterType    = "gcp:container/cluster:Cluster"
	poolType       = "gcp:container/nodePool:NodePool"
	accountType    = "gcp:serviceaccount/account:Account"
	folderType     = "gcp:storage/managedFolder:ManagedFolder"
	memberType     = "gcp:storage/managedFolderIamMember:ManagedFolderIamMember"
	projectType    = "gcp:projects/iAMMember:IAMMember"
	registryType   = "gcp:artifactregistry/repository:Repository"
	networkID      = "projects/demo/global/networks/main"
	subnetworkID   = "projects/demo/regions/europe-west1/subnetworks/main"
	clusterID      = "projects/demo/locations/europe-west1/clusters/main"
	api            = "https://www.googleapis.com/compute/v1/"
	email          = "nodes@demo.iam.gserviceaccount.com"
)

func secondaryRanges(pods, services string) []any {
	return []any{object{"rangeName": "pods", "ipCidrRange": pods}, object{"rangeName": "services", "ipCidrRange": services}}
}

// network has a network with one subnetwork, and the nodes' service account.
func network(pods, services string) []cloudstate.Resource {
	return []cloudstate.Resource{
		refusaltest.Record(networkType, networkID, object{"selfLink": api + networkID}),
		refusaltest.Record(subnetworkType, subnetworkID, object{
			"name": "main", "region": "europe-west1", "network": api + networkID, "selfLink": api + subnetworkID,
			"ipCidrRange": "10.0.0.0/16", "secondaryIpRanges": secondaryRanges(pods, services),
		}),
		refusaltest.Record(accountType, "nodes", object{"email": email}),
	}
}

func newRefusingCloud(t *testing.T, account string, records []cloudstate.Resource) refusaltest.Cloud {
	t.Helper()
	return refusaltest.New(t, gcp.Package(), object{"project": "demo", "region": "europe-west1"}, account, records)
}

// Google Cloud refuses to create a resource with these words, and the local cloud has no record of it then.
func TestRefusals_create(t *testing.T) {
	cluster := object{
		"name": "main", "location": "europe-west1", "network": api + networkID, "subnetwork": api + subnetworkID,
		"ipAllocationPolicy":   object{"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
		"privateClusterConfig": object{"masterIpv4CidrBlock": "172.31.0.0/28"},
	}
	subnetwork := object{
		"name": "other", "region": "europe-west1", "network": api + networkID, "ipCidrRange": "10.1.0.0/16",
		"secondaryIpRanges": secondaryRanges("172.16.0.0/14", "172.25.0.0/20"),
	}
	with := func(inputs object, key string, value any) object {
		changed := object{key: value}
		for name, other := range inputs {
			if name != key {
				changed[name] = other
			}
		}
		return changed
	}
	ours := network("172.20.0.0/14", "172.24.0.0/20")
	pool := object{"name": "system", "cluster": "main", "location": "europe-west1", "initialNodeCount": 2, "nodeConfig": object{
		"machineType": "e2-standard-4", "diskSizeGb": 50,
	}}
	principal := "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/demo.svc.id.goog/subject/ns/n/sa/a"
	folder := object{"bucket": "models", "managedFolder": "a/", "role": "roles/storage.objectViewer", "member": principal}
	for name, c := range map[string]struct {
		typ     string
		inputs  object
		account string
		records []cloudstate.Resource
		want    string
	}{
		"bucket of another project": {bucketType, object{"name": "models", "location": "EU"}, "foreignBuckets: [models]", nil,
			"googleapi: Error 409: The requested bucket name is not available. The bucket namespace is shared by all users of the " +
				"system. Please select a different name and try again., conflict"},
		"bucket of this project": {bucketType, object{"name": "models", "location": "EU"}, "", []cloudstate.Resource{refusaltest.Record(bucketType, "models", nil)},
			"googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict"},
		"key of a bucket": {bucketType, object{"name": "models", "location": "EU", "encryption": object{"defaultKmsKeyName": "key"}}, "", nil,
			"googleapi: Error 403: Permission denied on Cloud KMS key."},
		"network": {networkType, object{"name": "main"}, "", ours,
			"Error creating Network: googleapi: Error 409: The resource '" + networkID + "' already exists, alreadyExists"},
		"range in use": {subnetworkType, with(subnetwork, "ipCidrRange", "10.0.128.0/20"), "", ours,
			"Error creating Subnetwork: googleapi: Error 400: Invalid value for field 'resource.ipCidrRange': '10.0.128.0/20'. Invalid " +
				"IPCidrRange: 10.0.128.0/20 conflicts with existing subnetwork 'main' in region 'europe-west1'., invalid"},
		"secondary range in use": {subnetworkType, with(subnetwork, "secondaryIpRanges", secondaryRanges("172.16.0.0/14", "10.0.0.0/20")), "", ours,
			"Invalid value for field 'resource.secondaryIpRanges[1].ipCidrRange': '10.0.0.0/20'"},
		"cluster": {clusterType, cluster, "", []cloudstate.Resource{refusaltest.Record(clusterType, clusterID, nil)},
			"googleapi: Error 409: Already exists: " + clusterID + "., alreadyExists"},
		"service account of nodes": {clusterType, with(cluster, "nodeConfig", object{"serviceAccount": "x@demo.iam.gserviceaccount.com"}), "", ours,
			`googleapi: Error 400: Service account "x@demo.iam.gserviceaccount.com" does not exist., badRequest`},
		"pod range": {clusterType, with(cluster, "ipAllocationPolicy", object{"clusterSecondaryRangeName": "pod"}), "", ours,
			`Pod secondary range "pod" not found in network "` + api + networkID + `", subnetwork "main".`},
		"small pod range": {clusterType, cluster, "", network("172.20.0.0/22", "172.24.0.0/20"),
			"googleapi: Error 400: Cluster CIDR range is greater than maximum (22 > 21)., badRequest"},
		"large service range": {clusterType, cluster, "", network("172.20.0.0/14", "172.24.0.0/14"),
			"googleapi: Error 400: Services CIDR range is smaller than minimum (14 < 16)., badRequest"},
		"control plane in a range": {clusterType, with(cluster, "privateClusterConfig", object{"masterIpv4CidrBlock": "10.0.0.0/28"}), "", ours,
			"The given master_ipv4_cidr 10.0.0.0/28 overlaps with an existing network 10.0.0.0/16."},
		"node pool": {poolType, pool, "", []cloudstate.Resource{refusaltest.Record(poolType, clusterID+"/nodePools/system", nil)},
			"resource - " + clusterID + "/nodePools/system - already exists"},
		"service account": {accountType, object{"accountId": "nodes"}, "",
			[]cloudstate.Resource{refusaltest.Record(accountType, "projects/demo/serviceAccounts/"+email, nil)},
			"Service account nodes already exists within project projects/demo., alreadyExists"},
		"repository": {registryType, object{"repositoryId": "main", "format": "DOCKER", "location": "europe-west1"}, "",
			[]cloudstate.Resource{refusaltest.Record(registryType, "projects/demo/locations/europe-west1/repositories/main", nil)},
			"Error creating Repository: googleapi: Error 409: the repository already exists"},
		"bucket of a folder": {folderType, object{"bucket": "models", "name": "a/"}, "", nil, "The specified bucket does not exist., notFound"},
		"identity pool":      {memberType, folder, "", ours, "googleapi: Error 400: Identity Pool does not exist (demo.svc.id.goog)."},
		"member": {projectType, object{"project": "demo", "role": "r", "member": "serviceAccount:x@demo.iam.gserviceaccount.com"}, "", ours,
			"Service account x@demo.iam.gserviceaccount.com does not exist., badRequest"},
		"quota of networks": {networkType, object{"name": "other"}, "quotas: {NETWORKS: 1}", ours, "Quota 'NETWORKS' exceeded.  Limit: 1.0 globally."},
		"quota of CPUs": {poolType, pool, "quotas: {CPUS: 23}", nil,
			`error creating NodePool: googleapi: Error 403: Insufficient regional quota to satisfy request: resource "CPUS": request ` +
				"requires '24.0' and is short '1.0'. project has a quota of '23.0' with '23.0' available."},
		"quota of SSDs": {poolType, pool, "quotas: {SSD_TOTAL_GB: 500}", []cloudstate.Resource{{Type: poolType, ID: "other",
			Inputs: object{"initialNodeCount": 5.0}, Outputs: object{"location": "europe-west1-b"}}},
			"request requires '300.0' and is short '300.0'. project has a quota of '500.0' with '0.0' available."},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, request := newRefusingCloud(t, c.account, c.records), refusaltest.NewCreateRequest(c.typ, c.inputs)
			cloud.RequireCreateRefused(t, request, c.want)
		})
	}
}

// Google Cloud refuses to delete what is in use.
func TestRefusals_delete(t *testing.T) {
	ours := network("172.20.0.0/14", "172.24.0.0/20")
	for name, c := range map[string]struct {
		typ, id string
		inputs  object
		records []cloudstate.Resource
		want    string // "" if it is not refused
	}{
		"network": {networkType, networkID, object{"name": "main"}, ours,
			"The network resource '" + networkID + "' is already being used by '" + subnetworkID + "'"},
		"empty network": {networkType, networkID, object{"name": "main"}, ours[:1], ""},
		"subnetwork": {subnetworkType, subnetworkID, object{"name": "main"},
			append(ours, refusaltest.Record(clusterType, clusterID, object{"subnetwork": api + subnetworkID})),
			"googleapi: Error 400: The subnetwork resource '" + subnetworkID + "' is already being used by '" + clusterID +
				"', resourceInUseByAnotherResource"},
		"empty subnetwork": {subnetworkType, subnetworkID, object{"name": "main"}, ours, ""},
	} {
		t.Run(name, func(t *testing.T) {
			newRefusingCloud(t, "", c.records).RequireDelete(t, c.typ, c.id, c.inputs, c.want)
		})
	}
}

// Names and ranges that the provider refuses in a preview.
func TestInputFormats(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for name, c := range map[string]struct {
		typ            string
		inputs         object
		property, want string
	}{
		"bucket":           {bucketType, object{"name": long(64), "location": "EU"}, "name", "name value must contain 3-63 characters"},
		"bucket's letters": {bucketType, object{"name": "Models", "location": "EU"}, "name", "can only contain lowercase letters"},
		"network":          {networkType, object{"name": long(64)}, "name", "doesn't match regexp"},
		"cluster":          {clusterType, object{"name": long(41)}, "name", "cannot be longer than 40 characters"},
		"node pool":        {poolType, object{"name": long(41), "cluster": "c"}, "name", "cannot be longer than 40 characters"},
		"service account":  {accountType, object{"accountId": long(31)}, "accountId", "doesn't match regexp"},
		"managed folder":   {folderType, object{"bucket": "b", "name": "a"}, "name", "doesn't match regexp"},
		"control plane": {clusterType, object{"name": "c", "privateClusterConfig": object{"masterIpv4CidrBlock": "172.16.0.0/24"}},
			"privateClusterConfig.masterIpv4CidrBlock", "with between 28 and 28 significant bits, got: 24"},
	} {
		t.Run(name, func(t *testing.T) {
			refusaltest.RequireCheckFailure(t, gcp.Package(), c.typ, c.inputs, c.property, c.want)
		})
	}
}
