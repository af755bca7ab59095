package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// NetworkPolicy is the network policy of the namespace.
type NetworkPolicy struct {
	// Whether the namespace's traffic is denied by default. DNS, the object store, the cloud's identity services and
	// requests to the services are allowed.
	Enabled *bool `json:"enabled" default:"true"`
	// Namespaces whose pods may send requests to the services, such as those of a gateway and Prometheus. Default:
	// all.
	Namespaces []string `json:"namespaces"`
	// CIDR ranges outside the cluster that may send requests to the services, such as that of a VPN. Those of the
	// load balancer are in ingress.sources.
	Sources []string `json:"sources"`
	// Private CIDR ranges that the pods may connect to over HTTPS, such as those of a VPC's interface endpoints.
	Egress []string `json:"egress"`
}

func (n NetworkPolicy) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, namespace := range n.Namespaces {
		errs = append(errs, validateDNSLabel(fldPath.Child("namespaces").Index(i), namespace)...)
	}
	for i, cidr := range n.Sources {
		errs = append(errs, validateRestrictedCIDR(fldPath.Child("sources").Index(i), cidr, "the pods")...)
	}
	for i, cidr := range n.Egress {
		errs = append(errs, validateCIDR(fldPath.Child("egress").Index(i), cidr)...)
	}
	return errs
}
