package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Cluster is the Kubernetes cluster of a stack. The stack creates it, or uses an existing one.
type Cluster struct {
	// Name of an existing cluster, instead of create.
	Existing string `json:"existing"`
	// Region or zone of the cluster, in gcp:region if the stack creates it. Default: gcp:region.
	Location string `json:"location" clouds:"gke"`
	// Cluster to create, with its nodes and network.
	Create *ClusterSpec `json:"create"`
}

// ClusterSpec is a cluster that the stack creates.
type ClusterSpec struct {
	// Name of the cluster, and prefix of the names of its network and roles.
	Name string `json:"name" default:"modelferry"`
	// Kubernetes version, such as 1.34. On GKE the minimum version, which may be complete: 1.34.1-gke.1829001.
	// Default: the cloud's default.
	Version string `json:"version"`
	// Release channel: RAPID, REGULAR or STABLE. Default: REGULAR.
	ReleaseChannel string `json:"releaseChannel" clouds:"gke"`
	// Support of a Kubernetes version after its standard support: STANDARD or EXTENDED. With STANDARD, EKS then
	// upgrades the cluster. EXTENDED keeps the version for another year, at six times the price. Default: STANDARD.
	UpgradePolicy string `json:"upgradePolicy" clouds:"eks"`
	// Machine type of the services' nodes, such as e2-standard-2 or t3.medium.
	MachineType string `json:"machineType" need:"required"`
	// Number of nodes for the services, over all zones. Only the services' pods run on them.
	Nodes NodeScaling `json:"nodes"`
	// Nodes for everything else, such as DNS.
	System SystemNodePool `json:"system"`
	// Disk size of each node in GiB, for images, logs and artifacts. At least 20.
	DiskGiB int `json:"diskGiB" default:"50"`
	// Artifact Registry repositories that the nodes may pull from, besides the stack's own:
	// projects/PROJECT/locations/LOCATION/repositories/NAME. On EKS, nodes may pull from every repository of their
	// account.
	ImageRepositories []string `json:"imageRepositories" clouds:"gke"`
	// Kubernetes Cluster Autoscaler, which EKS does not include.
	Autoscaler ClusterAutoscaler `json:"autoscaler" clouds:"eks"`
	// EKS add-ons by name: vpc-cni, kube-proxy, eks-pod-identity-agent, coredns, metrics-server or
	// aws-mountpoint-s3-csi-driver.
	Addons map[string]Addon `json:"addons" clouds:"eks"`
	// Network of the nodes.
	Network Network `json:"network"`
	// CIDR ranges that may connect to the public endpoint of the API server. If there are none, the API server has only
	// a private endpoint.
	AuthorizedNetworks []string `json:"authorizedNetworks"`
	// Private endpoint of the API server.
	PrivateEndpoint PrivateEndpoint `json:"privateEndpoint"`
	// Maintenance of the control plane and the nodes.
	Maintenance Maintenance `json:"maintenance" clouds:"gke"`
	// ARNs of the IAM roles and users that administer the cluster. The identity that runs pulumi must be among them.
	Admins []string `json:"admins" clouds:"eks"`
	// ARNs of the IAM roles and users that may read the objects of the cluster, except Secrets.
	Viewers []string `json:"viewers" clouds:"eks"`
	// Days after which CloudWatch deletes the logs of the control plane, such as 30, 90 or 365; 0 for never. Default: 90.
	LogDays *int `json:"logDays" clouds:"eks"`
	// KMS key that encrypts Kubernetes secrets, in the cluster's region: projects/…/cryptoKeys/NAME on GKE, an ARN on
	// EKS. Default: a Google-managed key on GKE, a key that the stack creates on EKS.
	KMSKey string `json:"kmsKey"`
	// Whether the cluster is protected from deletion and replacement. Before a change that deletes or replaces it, set
	// this to false and run pulumi up.
	DeletionProtection *bool `json:"deletionProtection" default:"true"`
}

// PrivateEndpoint is the private endpoint of the API server, which a cluster always has. Its nodes and pods may always
// connect to it.
type PrivateEndpoint struct {
	// Private CIDR ranges that may connect to the private endpoint, such as those of a VPN or of CI runners.
	AuthorizedNetworks []string `json:"authorizedNetworks"`
	// Whether clients in other regions may connect, too. On EKS they always may. Default: true.
	GlobalAccess *bool `json:"globalAccess" clouds:"gke"`
}

// Name returns the name of the cluster, whether it is created or existing.
func (c Cluster) Name() string {
	if c.Create != nil {
		return c.Create.Name
	}
	return c.Existing
}

func (c Cluster) validate(fldPath *field.Path, formats nameFormats) field.ErrorList {
	switch {
	case c.Existing == "" && c.Create == nil:
		return field.ErrorList{field.Required(fldPath, "must have create or existing")}
	case c.Existing != "" && c.Create != nil:
		return field.ErrorList{field.Forbidden(fldPath, "create and existing may not be set together: remove one")}
	case c.Create != nil:
		return c.Create.validate(fldPath.Child("create"), formats)
	}
	return formats.cluster.validate(fldPath.Child("existing"), c.Existing)
}

// clusterName matches names of at most 24 characters. The name NAME-nodes is the ID of a Google service account, which
// may have at most 30 characters.
var clusterName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$`)

// minDiskGiB is the minimum disk size for the AMIs of EKS.
const minDiskGiB = 20

func (s ClusterSpec) validate(fldPath *field.Path, formats nameFormats) field.ErrorList {
	var errs field.ErrorList
	if !clusterName.MatchString(s.Name) {
		errs = append(errs, field.Invalid(fldPath.Child("name"), s.Name,
			"must be a letter, then up to 23 lower case letters, digits and hyphens"))
	}
	errs = append(errs, validateRequiredName(fldPath.Child("machineType"), s.MachineType, formats.machineType)...)
	errs = append(errs, s.Nodes.validate(fldPath.Child("nodes"))...)
	errs = append(errs, s.System.validate(fldPath.Child("system"), formats.machineType)...)
	errs = append(errs, validateAtLeast(fldPath.Child("diskGiB"), s.DiskGiB, minDiskGiB)...)
	errs = append(errs, s.Network.validate(fldPath.Child("network"))...)
	errs = append(errs, formats.kmsKey.validate(fldPath.Child("kmsKey"), s.KMSKey)...)
	for i, cidr := range s.AuthorizedNetworks {
		errs = append(errs, validateRestrictedCIDR(fldPath.Child("authorizedNetworks").Index(i), cidr, "the API server")...)
	}
	return append(errs, s.validateEndpoints(fldPath)...)
}
