package config

import (
	"fmt"
	"net/netip"
	"regexp"
)

const networkAt = "cluster.create.network"

func (n Network) check(f *Faults, cloud Cloud) {
	at := func(key string) string { return networkAt + "." + key }
	f.only(GKE, cloud, at("podCIDR"), n.PodCIDR != "")
	f.only(GKE, cloud, at("serviceCIDR"), n.ServiceCIDR != "")
	f.only(GKE, cloud, at("controlPlaneCIDR"), n.ControlPlaneCIDR != "")
	if cloud == GKE && n.NATPerZone {
		f.add(at("natPerZone"), "is for eks: Cloud NAT serves a region, and no zone's outage takes it away")
	}
	ranges := []*addressRange{
		{key: "cidr", text: n.CIDR, least: 16, most: 20, example: "10.0.0.0/16"},
		{key: "podCIDR", text: n.PodCIDR, least: 9, most: 20, example: "172.20.0.0/14"},
		{key: "serviceCIDR", text: n.ServiceCIDR, least: 16, most: 27, example: "172.24.0.0/20"},
		{key: "controlPlaneCIDR", text: n.ControlPlaneCIDR, least: 28, most: 28, example: "172.31.255.240/28"},
	}
	if n.Existing != nil {
		n.Existing.check(f, cloud)
		for _, own := range []struct {
			key string
			set bool
		}{{"cidr", n.CIDR != ""}, {"podCIDR", n.PodCIDR != ""}, {"serviceCIDR", n.ServiceCIDR != ""}, {"natPerZone", n.NATPerZone}} {
			if own.set {
				f.add(at(own.key), "is of a network of the stack's own, and existing is set: keep one")
			}
		}
		ranges = ranges[3:]
	}
	f.apart(ranges)
}

// addressRange is a range of the network, and how large it may be in bits of its prefix.
type addressRange struct {
	key, text   string
	least, most int
	example     string
	parsed      netip.Prefix
}

// apart checks that ranges are ranges, and that no two of them share an
// address: the cloud finds that out when half of the network is made.
func (f *Faults) apart(ranges []*addressRange) {
	for k, r := range ranges {
		if r.text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(r.text)
		if err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix || prefix.Bits() < r.least || prefix.Bits() > r.most {
			sizes := fmt.Sprintf("/%d to /%d", r.least, r.most)
			if r.least == r.most {
				sizes = fmt.Sprintf("/%d", r.least)
			}
			f.add(networkAt+"."+r.key, "%q is no IPv4 range of %s, such as %s", r.text, sizes, r.example)
			continue
		}
		r.parsed = prefix
		for _, other := range ranges[:k] {
			if other.parsed.IsValid() && other.parsed.Overlaps(prefix) {
				f.add(networkAt+"."+r.key, "%s overlaps %s, which is %s.%s: move one of them", r.text, other.text, networkAt, other.key)
			}
		}
	}
}

// How the clouds name what is in a network.
var (
	networkName    = regexp.MustCompile(`^(projects/[^/]+/global/networks/)?[a-z]([a-z0-9-]*[a-z0-9])?$`)
	subnetworkName = regexp.MustCompile(`^(projects/[^/]+/regions/[^/]+/subnetworks/)?[a-z]([a-z0-9-]*[a-z0-9])?$`)
	rangeName      = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
	vpcID          = regexp.MustCompile(`^vpc-[0-9a-f]+$`)
	subnetID       = regexp.MustCompile(`^subnet-[0-9a-f]+$`)
)

func (e ExistingNetwork) check(f *Faults, cloud Cloud) {
	for _, part := range []struct {
		key, value string
		of         Cloud
		pattern    *regexp.Regexp
		what       string
	}{
		{"network", e.Network, GKE, networkName, "network: write its name, or projects/HOST/global/networks/NAME"},
		{"subnetwork", e.Subnetwork, GKE, subnetworkName, "subnetwork: write its name, or projects/HOST/regions/REGION/subnetworks/NAME"},
		{"podRange", e.PodRange, GKE, rangeName, "secondary range's name"},
		{"serviceRange", e.ServiceRange, GKE, rangeName, "secondary range's name"},
		{"vpc", e.VPC, EKS, vpcID, "VPC's ID, such as vpc-0a1b2c3d"},
	} {
		at := networkAt + ".existing." + part.key
		switch {
		case cloud != part.of:
			f.only(part.of, cloud, at, part.value != "")
		case part.value == "":
			f.required(at, "")
		case !part.pattern.MatchString(part.value):
			f.add(at, "%q is no %s", part.value, part.what)
		}
	}
	if e.PodRange != "" && e.PodRange == e.ServiceRange {
		f.add(networkAt+".existing.serviceRange", "is the pods' range too: Services need their own")
	}
	e.checkSubnets(f, cloud)
}

func (e ExistingNetwork) checkSubnets(f *Faults, cloud Cloud) {
	taken := map[string]string{}
	for _, part := range []struct {
		key string
		ids []string
	}{{"privateSubnets", e.PrivateSubnets}, {"publicSubnets", e.PublicSubnets}} {
		at := networkAt + ".existing." + part.key
		f.only(EKS, cloud, at, len(part.ids) > 0)
		for k, id := range part.ids {
			here := fmt.Sprintf("%s[%d]", at, k)
			if !subnetID.MatchString(id) {
				f.add(here, "%q is no subnet's ID, such as subnet-0a1b2c3d", id)
			} else if other, ok := taken[id]; ok {
				f.add(here, "is %s too: name each subnet once", other)
			} else {
				taken[id] = here
			}
		}
	}
	if cloud == EKS && len(e.PrivateSubnets) < 2 {
		f.add(networkAt+".existing.privateSubnets", "names %d: EKS wants two or more, in different availability zones", len(e.PrivateSubnets))
	}
}

// only refuses a key that means nothing on the stack's cloud, where a person
// would believe that it does.
func (f *Faults) only(of, cloud Cloud, path string, set bool) {
	if set && cloud != of && (cloud == GKE || cloud == EKS) {
		f.add(path, "is for %s, and this stack is on %s: take it out", of, cloud)
	}
}
