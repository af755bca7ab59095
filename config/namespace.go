package config

import (
	"fmt"
	"net/netip"
)

// NetworkPolicy is how far the namespace's network is closed.
type NetworkPolicy struct {
	// Whether all traffic of the namespace is denied but for what the services need: DNS, object store, identity, requests.
	Enabled *bool `json:"enabled" default:"true"`
	// Namespaces whose pods may send requests to the services, such as a gateway's and Prometheus'. Default: all.
	Namespaces []string `json:"namespaces"`
	// Private address ranges that pods may reach over HTTPS, in CIDR notation, such as those of a VPC's interface endpoints.
	Egress []string `json:"egress"`
}

// Quota is what all pods of the namespace may take together, as Kubernetes quantities.
type Quota struct {
	// What they may request. With it, a container that requests nothing is refused, unless containerDefaults say what.
	Requests ResourceList `json:"requests"`
	// What their limits may add up to. The same holds of a container without limits.
	Limits ResourceList `json:"limits"`
	// Greatest number of pods, those of a rollout included; 0 for any.
	Pods int `json:"pods"`
}

func (n NetworkPolicy) check(f *Faults) {
	for k, namespace := range n.Namespaces {
		f.label(fmt.Sprintf("networkPolicy.namespaces[%d]", k), namespace)
	}
	for k, cidr := range n.Egress {
		if network, err := netip.ParsePrefix(cidr); err != nil || network.Masked() != network {
			f.add(fmt.Sprintf("networkPolicy.egress[%d]", k), "%q is no address range in CIDR notation", cidr)
		}
	}
}

func (q Quota) check(f *Faults) {
	ResourceRequirements{Requests: q.Requests, Limits: q.Limits}.check(f, "quota")
	if q.Pods < 0 {
		f.add("quota.pods", "has to be 0 or more, not %d", q.Pods)
	}
}
