package config

// Network is where a cluster that the stack creates lives: a network of the
// stack's own, or one that the team has already.
type Network struct {
	// Network that exists, in place of one of the stack's own. The stack makes nothing in it, so its private nodes have to have a way out.
	Existing *ExistingNetwork `json:"existing"`
	// Address range of the nodes (GKE) or of the whole VPC (EKS), /16 to /20. Default: 10.0.0.0/16.
	CIDR string `json:"cidr"`
	// Address range of the pods, /9 to /20 (GKE; on EKS pods have addresses of the VPC). Default: 172.20.0.0/14.
	PodCIDR string `json:"podCIDR"`
	// Address range of the Services, /16 to /27 (GKE). Default: 172.24.0.0/20.
	ServiceCIDR string `json:"serviceCIDR"`
	// Address range of the control plane, a /28 that nothing else has (GKE). Default: 172.31.255.240/28.
	ControlPlaneCIDR string `json:"controlPlaneCIDR"`
	// Whether each zone has a NAT of its own, so that losing a zone costs no other its way out (EKS). Default: one for all.
	NATPerZone bool `json:"natPerZone"`
}

// ExistingNetwork names a network that the team has already.
type ExistingNetwork struct {
	// VPC network of the nodes: its name, or projects/HOST/global/networks/NAME of a shared VPC (GKE).
	Network string `json:"network"`
	// Subnetwork of the nodes: its name, or projects/HOST/regions/REGION/subnetworks/NAME of a shared VPC (GKE).
	Subnetwork string `json:"subnetwork"`
	// Name of the subnetwork's secondary range for pods (GKE).
	PodRange string `json:"podRange"`
	// Name of the subnetwork's secondary range for Services (GKE).
	ServiceRange string `json:"serviceRange"`
	// ID of the VPC (EKS).
	VPC string `json:"vpc"`
	// IDs of the subnets for nodes, over two availability zones or more (EKS).
	PrivateSubnets []string `json:"privateSubnets"`
	// IDs of the subnets for load balancers that face the internet, where there are any (EKS).
	PublicSubnets []string `json:"publicSubnets"`
}

// withDefaults fills in the ranges. An existing network has its own.
func (n Network) withDefaults(cloud Cloud) Network {
	preset := func(value *string, text string) {
		if *value == "" {
			*value = text
		}
	}
	if n.Existing == nil {
		preset(&n.CIDR, "10.0.0.0/16")
	}
	if cloud != GKE {
		return n
	}
	preset(&n.ControlPlaneCIDR, "172.31.255.240/28")
	if n.Existing == nil {
		preset(&n.PodCIDR, "172.20.0.0/14")
		preset(&n.ServiceCIDR, "172.24.0.0/20")
	}
	return n
}
