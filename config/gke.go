package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// gceName matches the name of a Compute Engine resource (RFC 1035).
var gceName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

var gkePlatform = platform{
	setDefaults:  gkeDefaults,
	nodeCapacity: gkeNodeCapacity,
	// The subnetwork of the nodes always may.
	// https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
	endpointNetworks: func(s ClusterSpec) []string {
		return append([]string{s.Network.CIDR}, s.PrivateEndpoint.AuthorizedNetworks...)
	},
	validate:     validateGKE,
	bucketPrefix: func(c Config, _ string) string { return c.GCP.Project },
	kmsKey:       cloudKMSKey,
	certificate:  nameFormat{gceName, "the name of a Compute Engine SSL certificate (gcloud compute ssl-certificates list)"},
	// Without allUsers, domain: and others that stand for more than one account or group.
	// https://cloud.google.com/iam/docs/principal-identifiers
	registryReader: nameFormat{
		regexp.MustCompile(`^((serviceAccount|group|user):[^@\s]+@[^@\s]+|principal(Set)?://\S+)$`),
		"an IAM member: serviceAccount:EMAIL, group:EMAIL, user:EMAIL or principal://…",
	},
}

var cloudKMSKey = nameFormat{
	regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$`),
	"a Cloud KMS key: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/NAME",
}

func gkeDefaults(c *Config) {
	c.GPU.MachineType = cmp.Or(c.GPU.MachineType, "n1-standard-4")
	c.GPU.Accelerator = cmp.Or(c.GPU.Accelerator, "nvidia-tesla-t4")
	if c.Cluster.Create == nil {
		return
	}
	c.Cluster.Create.ReleaseChannel = cmp.Or(c.Cluster.Create.ReleaseChannel, "REGULAR")
	c.Cluster.Create.PrivateEndpoint.setDefaults()
	c.Cluster.Create.Maintenance.setDefaults()
	n := &c.Cluster.Create.Network
	n.ControlPlaneCIDR = cmp.Or(n.ControlPlaneCIDR, "172.31.255.240/28")
	if n.Existing == nil {
		n.PodCIDR = cmp.Or(n.PodCIDR, "172.20.0.0/14")
		n.ServiceCIDR = cmp.Or(n.ServiceCIDR, "172.24.0.0/20")
	}
}

func validateGKE(c Config) field.ErrorList {
	errs := c.GCP.validate()
	clusterRegion := gkeRegion(cmp.Or(c.Cluster.Location, c.GCP.Region))
	errs = append(errs, c.validateKMSKeyRegions(cloudKMSKey, "/", c.GCP.Region, clusterRegion)...)
	if c.Cluster.Create != nil {
		errs = append(errs, validateGKECluster(*c.Cluster.Create, Path("cluster", "create"))...)
	}
	for i, zone := range c.GPU.Zones {
		if !strings.HasPrefix(zone, c.GCP.Region+"-") {
			errs = append(errs, field.Invalid(Path("gpu", "zones").Index(i), zone,
				fmt.Sprintf("must be a zone of %s, such as %s-b", c.GCP.Region, c.GCP.Region)))
		}
	}
	if c.Ingress != nil {
		errs = append(errs, validateGKEIngress(c, *c.Ingress, Path("ingress"))...)
	}
	for _, name := range sortedKeys(c.Releases) {
		if _, known := c.Services[name]; !known {
			continue // reported by validateReleases
		}
		c.Releases[name].forEachArtifact(Path("releases", name), func(fldPath *field.Path, a ArtifactRelease) {
			if a.Version != "" && !objectGeneration.MatchString(a.Version) {
				errs = append(errs, field.Invalid(fldPath.Child("version"), a.Version,
					"must be the generation of an object, a number (gcloud storage ls -a)"))
			}
		})
	}
	return errs
}

// objectGeneration matches the generation of a Cloud Storage object.
var objectGeneration = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// ReleaseChannels returns the release channels of GKE that the pinned provider accepts: EXTENDED needs pulumi-gcp 8.
// resource_container_cluster.go in https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0
func ReleaseChannels() []string { return []string{"RAPID", "REGULAR", "STABLE"} }

var gcpRepository = nameFormat{
	regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/repositories/[^/]+$`),
	"an Artifact Registry repository: projects/PROJECT/locations/LOCATION/repositories/NAME",
}

func validateGKECluster(s ClusterSpec, fldPath *field.Path) field.ErrorList {
	errs := validateSupported(fldPath.Child("releaseChannel"), s.ReleaseChannel, ReleaseChannels())
	errs = append(errs, validateNames(fldPath.Child("imageRepositories"), s.ImageRepositories, gcpRepository)...)
	errs = append(errs, s.Maintenance.validate(fldPath.Child("maintenance"))...)
	if s.Network.Existing != nil {
		errs = append(errs, validateGKENetwork(*s.Network.Existing, fldPath.Child("network", "existing"))...)
	}
	return errs
}

var (
	gceNetwork = nameFormat{
		regexp.MustCompile(`^(projects/[^/]+/global/networks/)?[a-z]([a-z0-9-]*[a-z0-9])?$`),
		"the name of a VPC network, or projects/PROJECT/global/networks/NAME",
	}
	gceSubnetwork = nameFormat{
		regexp.MustCompile(`^(projects/[^/]+/regions/[^/]+/subnetworks/)?[a-z]([a-z0-9-]*[a-z0-9])?$`),
		"the name of a subnetwork, or projects/PROJECT/regions/REGION/subnetworks/NAME",
	}
	gceSecondaryRange = nameFormat{
		regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`), "the name of a secondary range of the subnetwork",
	}
)

func validateGKENetwork(n ExistingNetwork, fldPath *field.Path) field.ErrorList {
	errs := validateRequiredName(fldPath.Child("network"), n.Network, gceNetwork)
	errs = append(errs, validateRequiredName(fldPath.Child("subnetwork"), n.Subnetwork, gceSubnetwork)...)
	errs = append(errs, validateRequiredName(fldPath.Child("podRange"), n.PodRange, gceSecondaryRange)...)
	errs = append(errs, validateRequiredName(fldPath.Child("serviceRange"), n.ServiceRange, gceSecondaryRange)...)
	if n.PodRange != "" && n.PodRange == n.ServiceRange {
		errs = append(errs, duplicate(fldPath.Child("serviceRange"), n.ServiceRange, "must differ from podRange"))
	}
	return errs
}

func validateGKEIngress(c Config, i Ingress, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if i.Address != "" && !gceName.MatchString(i.Address) {
		errs = append(errs, field.Invalid(fldPath.Child("address"), i.Address,
			"must be the name of a reserved address: a letter, then up to 62 lower case letters, digits and hyphens"))
	}
	if c.needsIngressSources() && i.Internal {
		errs = append(errs, field.Required(fldPath.Child("sources"),
			"must be the range of the VPC's proxy-only subnet, where the requests of an internal load balancer come from"))
	}
	return errs
}
