package config

import "regexp"

// Parts of the names of Google Cloud's resources, as the pinned provider matches them.
// validation.go in https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/verify
const (
	gcpProjectPart = `(([-a-z0-9]{1,63}\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?:)?([0-9]{1,19}|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)`
	gcpRegionPart  = `[a-z]([-a-z0-9]{0,61}[a-z0-9])?`
)

// gceName matches the name of a Compute Engine resource (RFC 1035).
var gceName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Names of Google Cloud's resources.
var (
	// https://cloud.google.com/resource-manager/docs/creating-managing-projects
	gcpProject = nameFormat{
		regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`),
		"the ID of a project: 6 to 30 lower case letters, digits and hyphens",
	}
	gcpRegion = nameFormat{regexp.MustCompile(`^[a-z]+(-[a-z]+)+[0-9]+$`), "a region, such as europe-west1"}
	// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster.FIELDS.name
	gkeClusterName = nameFormat{
		regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`),
		"the name of a GKE cluster: a letter, then up to 39 lower case letters, digits and hyphens",
	}
	// Versions and aliases of versions.
	// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster.FIELDS.initial_cluster_version
	gkeVersion = nameFormat{
		regexp.MustCompile(`^(1\.[0-9]+(\.[0-9]+(-gke\.[0-9]+)?)?|latest)$`),
		"a version of GKE, such as 1.34, 1.34.1 or 1.34.1-gke.1829001 (gcloud container get-server-config)",
	}
	gceMachineType = nameFormat{
		regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`), "a machine type of Compute Engine, such as e2-standard-2",
	}
	gceAccelerator = nameFormat{
		regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), "an accelerator type of Compute Engine, such as nvidia-tesla-t4",
	}
	// https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create
	cloudKMSKey = nameFormat{
		regexp.MustCompile(`^projects/` + gcpProjectPart + `/locations/` + gcpRegionPart +
			`/keyRings/[a-zA-Z0-9_-]{1,63}/cryptoKeys/[a-zA-Z0-9_-]{1,63}$`),
		"a Cloud KMS key: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/NAME",
	}
	gcpRepository = nameFormat{
		regexp.MustCompile(
			`^projects/` + gcpProjectPart + `/locations/` + gcpRegionPart + `/repositories/[a-z]([a-z0-9.-]{0,61}[a-z0-9])?$`,
		),
		"an Artifact Registry repository: projects/PROJECT/locations/LOCATION/repositories/NAME",
	}
	// Without allUsers, domain: and others that stand for more than one account or group.
	// https://cloud.google.com/iam/docs/principal-identifiers
	iamMember = nameFormat{
		regexp.MustCompile(`^((serviceAccount|group|user):[!-?A-~]+@[!-?A-~]+|principal(Set)?://[!-~]+)$`),
		"an IAM member: serviceAccount:EMAIL, group:EMAIL, user:EMAIL or principal://…",
	}
	objectGeneration = nameFormat{
		regexp.MustCompile(`^[1-9][0-9]{0,17}$`), "the generation of an object, a number (gcloud storage ls -a)",
	}
	gceNetwork = nameFormat{
		regexp.MustCompile(`^(projects/` + gcpProjectPart + `/global/networks/)?[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`),
		"the name of a VPC network, or projects/PROJECT/global/networks/NAME",
	}
	gceSubnetwork = nameFormat{
		regexp.MustCompile(
			`^(projects/` + gcpProjectPart + `/regions/` + gcpRegionPart + `/subnetworks/)?[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`,
		),
		"the name of a subnetwork, or projects/PROJECT/regions/REGION/subnetworks/NAME",
	}
	gceSecondaryRange = nameFormat{gceName, "the name of a secondary range of the subnetwork"}
)

// gceZone matches the name of a zone of Google Cloud. The first group is its region.
var gceZone = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+[0-9]+)-[a-z0-9]+$`)

// gkeRegion returns the region of a location, which is a region or a zone.
func gkeRegion(location string) (region string, isZone bool) {
	if zone := gceZone.FindStringSubmatch(location); zone != nil {
		return zone[1], true
	}
	return location, false
}
