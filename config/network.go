package config

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Network is the network of a cluster that the stack creates. The stack creates the network too, or uses an existing
// one.
type Network struct {
	// Existing network to use. The stack creates nothing in it, so its private subnets need a route to the internet.
	Existing *ExistingNetwork `json:"existing"`
	// CIDR range of the nodes on GKE, of the whole VPC on EKS: /16 to /20. Default: 10.0.0.0/16.
	CIDR string `json:"cidr"`
	// CIDR range of the pods, /9 to /20. On EKS pods have addresses of the VPC. Default: 172.20.0.0/14.
	PodCIDR string `json:"podCIDR" clouds:"gke"`
	// CIDR range of the Kubernetes Services, /16 to /27. Default: 172.24.0.0/20.
	ServiceCIDR string `json:"serviceCIDR" clouds:"gke"`
	// CIDR range of the control plane, a /28 that nothing else may use. Default: 172.31.255.240/28.
	ControlPlaneCIDR string `json:"controlPlaneCIDR" clouds:"gke"`
	// Names of the availability zones, two or three, such as eu-west-1a. Default: the first three zones of the region
	// that EKS supports when the network is created.
	Zones []string `json:"zones" clouds:"eks"`
	// Whether each zone has a NAT gateway of its own, so that the failure of a zone does not affect other zones.
	// Otherwise all zones share one NAT gateway. Cloud NAT on GKE is regional.
	NATPerZone bool `json:"natPerZone" clouds:"eks"`
}

// ExistingNetwork names a network that the stack does not create.
type ExistingNetwork struct {
	// VPC network of the nodes: its name, or projects/PROJECT/global/networks/NAME of a shared VPC.
	Network string `json:"network" clouds:"gke"`
	// Subnetwork of the nodes: its name, or projects/PROJECT/regions/REGION/subnetworks/NAME of a shared VPC.
	Subnetwork string `json:"subnetwork" clouds:"gke"`
	// Name of the subnetwork's secondary range for pods.
	PodRange string `json:"podRange" clouds:"gke"`
	// Name of the subnetwork's secondary range for Kubernetes Services.
	ServiceRange string `json:"serviceRange" clouds:"gke"`
	// ID of the VPC.
	VPC string `json:"vpc" clouds:"eks"`
	// IDs of the nodes' subnets, in two availability zones or more.
	PrivateSubnets []string `json:"privateSubnets" clouds:"eks"`
	// IDs of the subnets for internet-facing load balancers.
	PublicSubnets []string `json:"publicSubnets" clouds:"eks"`
}

// setDefaults sets the default that all clouds share. An existing network already has address ranges.
func (n *Network) setDefaults() {
	if n.Existing == nil && n.CIDR == "" {
		n.CIDR = "10.0.0.0/16"
	}
}

func (n Network) validate(fldPath *field.Path) field.ErrorList {
	ranges := []*addressRange{
		{path: fldPath.Child("cidr"), value: n.CIDR, minBits: 16, maxBits: 20, example: "10.0.0.0/16"},
		{path: fldPath.Child("podCIDR"), value: n.PodCIDR, minBits: 9, maxBits: 20, example: "172.20.0.0/14"},
		{path: fldPath.Child("serviceCIDR"), value: n.ServiceCIDR, minBits: 16, maxBits: 27, example: "172.24.0.0/20"},
		{path: fldPath.Child("controlPlaneCIDR"), value: n.ControlPlaneCIDR, minBits: 28, maxBits: 28, example: "172.31.255.240/28"},
	}
	if n.Existing == nil {
		return validateDisjoint(ranges)
	}
	var errs field.ErrorList
	for _, key := range []struct {
		name string
		set  bool
	}{
		{"cidr", n.CIDR != ""}, {"podCIDR", n.PodCIDR != ""}, {"serviceCIDR", n.ServiceCIDR != ""},
		{"zones", len(n.Zones) > 0}, {"natPerZone", n.NATPerZone},
	} {
		if key.set {
			errs = append(errs, field.Forbidden(fldPath.Child(key.name),
				fmt.Sprintf("may not be set together with %s: remove one", fldPath.Child("existing"))))
		}
	}
	return append(errs, validateDisjoint(ranges[3:])...)
}
