package config

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

var gkePlatform = platform{
	setDefaults:  gkeDefaults,
	urlScheme:    "gs",
	nodeCapacity: gkeNodeCapacity,
	// The subnetwork of the nodes always may.
	// https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
	endpointNetworks: func(s ClusterSpec) []string {
		return append([]string{s.Network.CIDR}, s.PrivateEndpoint.AuthorizedNetworks...)
	},
	validate:     validateGKE,
	bucketPrefix: func(c Config, _ string) string { return c.GCP.Project },
	formats: nameFormats{
		cluster:        gkeClusterName,
		machineType:    gceMachineType,
		kmsKey:         cloudKMSKey,
		certificate:    nameFormat{gceName, "the name of a Compute Engine SSL certificate (gcloud compute ssl-certificates list)"},
		registryReader: iamMember,
		objectVersion:  objectGeneration,
	},
	newStack: NewStack{
		HasProject: true, MachineType: "e2-standard-2",
		// https://cloud.google.com/artifact-registry/docs/docker/names
		imageRegistry: func(project, region string) string { return region + "-docker.pkg.dev/" + project },
	},
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
	clusterRegion, _ := gkeRegion(cmp.Or(c.Cluster.Location, c.GCP.Region))
	errs = append(errs, c.validateKMSKeyRegions(cloudKMSKey, "/", c.GCP.Region, clusterRegion)...)
	if c.Cluster.Create != nil {
		errs = append(errs, validateGKECluster(*c.Cluster.Create, Path("cluster", "create"))...)
	}
	errs = append(errs, c.validateLocation(Path("cluster", "location"))...)
	errs = append(errs, gceAccelerator.validate(Path("gpu", "accelerator"), c.GPU.Accelerator)...)
	for i, zone := range c.GPU.Zones {
		if region, isZone := gkeRegion(zone); !isZone || region != c.GCP.Region {
			errs = append(errs, field.Invalid(Path("gpu", "zones").Index(i), zone,
				fmt.Sprintf("must be a zone of %s, such as %s-b", c.GCP.Region, c.GCP.Region)))
		}
	}
	if c.Ingress != nil {
		errs = append(errs, validateGKEIngress(c, *c.Ingress, Path("ingress"))...)
	}
	return errs
}

// validateLocation checks the region or zone of the cluster. The subnetwork of a cluster that the stack creates and the
// buckets are in gcp:region.
func (c Config) validateLocation(fldPath *field.Path) field.ErrorList {
	location := c.Cluster.Location
	region, isZone := gkeRegion(location)
	switch {
	case location == "" || c.GCP.Region == "":
		return nil
	case !isZone && !gcpRegion.pattern.MatchString(location):
		return field.ErrorList{field.Invalid(fldPath, location, "must be a region or zone, such as europe-west1 or europe-west1-b")}
	case c.Cluster.Create != nil && region != c.GCP.Region:
		return field.ErrorList{field.Invalid(fldPath, location, fmt.Sprintf("must be %s or a zone of it, because the network and the "+
			"buckets are in gcp:region: change gcp:region to create everything in another region", c.GCP.Region))}
	}
	return nil
}

// ReleaseChannels returns the release channels of GKE that the pinned provider accepts: EXTENDED needs pulumi-gcp 8.
// resource_container_cluster.go in https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0
func ReleaseChannels() []string { return []string{"RAPID", "REGULAR", "STABLE"} }

func validateGKECluster(s ClusterSpec, fldPath *field.Path) field.ErrorList {
	errs := gkeVersion.validate(fldPath.Child("version"), s.Version)
	errs = append(errs, validateSupported(fldPath.Child("releaseChannel"), s.ReleaseChannel, ReleaseChannels())...)
	errs = append(errs, validateNames(fldPath.Child("imageRepositories"), s.ImageRepositories, gcpRepository)...)
	errs = append(errs, s.Maintenance.validate(fldPath.Child("maintenance"))...)
	if s.Network.Existing != nil {
		errs = append(errs, validateGKENetwork(*s.Network.Existing, fldPath.Child("network", "existing"))...)
	}
	return errs
}

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
