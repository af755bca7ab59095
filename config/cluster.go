package config

// Cluster is the Kubernetes cluster of a stack: one to create, or one that exists.
type Cluster struct {
	// Name of an existing cluster to deploy into, in place of create.
	Existing string `json:"existing"`
	// Location of the cluster on GKE: a region, or a zone. Default: gcp:region.
	Location string `json:"location"`
	// Create a cluster with its own network and nodes.
	Create *ClusterSpec `json:"create"`
}

// ClusterSpec is a cluster that the stack creates and owns.
type ClusterSpec struct {
	// Name of the cluster, and the stem of its network's and roles' names.
	Name string `json:"name" default:"modelferry"`
	// Kubernetes version (EKS) or minimum version (GKE). Default: the cloud's own.
	Version string `json:"version"`
	// Channel that Kubernetes' versions come by (GKE): RAPID, REGULAR, STABLE or EXTENDED. Default: REGULAR.
	ReleaseChannel string `json:"releaseChannel"`
	// Machine type of the services' nodes, such as e2-medium or t3.medium.
	MachineType string `json:"machineType" need:"required"`
	// Number of the services' nodes in all zones together; the autoscaler moves between the two. Nothing else runs on them.
	Nodes NodeScaling `json:"nodes"`
	// Nodes of the system, DNS and what else a cluster runs.
	System SystemNodePool `json:"system"`
	// Size of each node's disk in GiB, for images, logs and the pods' models.
	DiskGiB int `json:"diskGiB" default:"50"`
	// Autoscaler of the nodes (EKS; GKE has one of its own).
	Autoscaler ClusterAutoscaler `json:"autoscaler"`
	// Network that the nodes live in.
	Network Network `json:"network"`
	// CIDR ranges that may reach the API server's public endpoint. None: the endpoint is private only.
	AuthorizedNetworks []string `json:"authorizedNetworks"`
	// ARNs of the roles and users that administer the cluster, and nobody else does (EKS, required there). Whoever runs pulumi has to be one of them.
	Admins []string `json:"admins"`
	// Key to encrypt Kubernetes' secrets with: its ARN, or projects/…/cryptoKeys/NAME. Default: a key of the stack's own on EKS, Google's on GKE.
	KMSKey string `json:"kmsKey"`
	// Whether deleting the cluster is refused, and a change that would replace it. Set it to false and update, then make the change.
	DeletionProtection *bool `json:"deletionProtection" default:"true"`
}

// withDefaults fills in what differs by cloud.
func (n ClusterSpec) withDefaults(cloud Cloud) ClusterSpec {
	n.Network = n.Network.withDefaults(cloud)
	if n.ReleaseChannel == "" && cloud == GKE {
		n.ReleaseChannel = "REGULAR"
	}
	if cloud == EKS {
		n.Autoscaler = n.Autoscaler.withDefaults(n.Version)
	}
	return n
}

// NodeScaling bounds a node pool, over all zones.
type NodeScaling struct {
	// Least number of nodes.
	Min int `json:"min" default:"1"`
	// Greatest number of nodes.
	Max int `json:"max" default:"5"`
}

// SystemNodePool are the nodes that the services don't run on.
type SystemNodePool struct {
	// Machine type of the nodes. Default: that of the services' nodes.
	MachineType string `json:"machineType"`
	// Least number of nodes.
	Min int `json:"min" default:"1"`
	// Greatest number of nodes.
	Max int `json:"max" default:"3"`
}

// Name returns the cluster's name, whether it is created or exists.
func (c Cluster) Name() string {
	if c.Create != nil {
		return c.Create.Name
	}
	return c.Existing
}
