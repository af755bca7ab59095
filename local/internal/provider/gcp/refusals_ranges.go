package gcp

import (
	"fmt"
	"net/netip"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// ipRange is a range of a subnetwork. The field is its name in the API.
type ipRange struct {
	name, field string
	prefix      netip.Prefix
}

// ranges returns the primary range of a subnetwork and its secondary ones.
func ranges(subnetwork map[string]any) []ipRange {
	parse := func(text any) netip.Prefix {
		prefix, _ := netip.ParsePrefix(fmt.Sprint(text))
		return prefix
	}
	list := []ipRange{{field: "resource.ipCidrRange", prefix: parse(subnetwork["ipCidrRange"])}}
	secondary, _ := subnetwork["secondaryIpRanges"].([]any)
	for i, entry := range secondary {
		values, _ := entry.(map[string]any)
		list = append(list, ipRange{
			fmt.Sprint(values["rangeName"]), fmt.Sprintf("resource.secondaryIpRanges[%d].ipCidrRange", i), parse(values["ipCidrRange"]),
		})
	}
	return list
}

// overlapsRange refuses a subnetwork with a range that another range of the network overlaps.
// https://github.com/tranquilitybase-io/tb-gcp/issues/160
func overlapsRange(r *provider.Request, cloud *cloudstate.Cloud) error {
	for _, added := range ranges(provider.ToPlain(r.Inputs)) {
		for _, other := range cloud.OfType(subnetworkType) {
			for _, existing := range ranges(other.Outputs) {
				if other.Outputs["network"] == r.Get("network") && existing.prefix.Overlaps(added.prefix) {
					return fmt.Errorf("Error creating Subnetwork: googleapi: Error 400: Invalid value for field '%s': '%s'. "+
						"Invalid IPCidrRange: %s conflicts with existing subnetwork '%v' in region '%v'., invalid",
						added.field, added.prefix, added.prefix, other.Outputs["name"], other.Outputs["region"])
				}
			}
		}
	}
	return nil
}

// checkRanges refuses ranges of a cluster in the stack's network that do not exist, are too small or too large, or
// overlap. The limits are of the API.
// https://github.com/rancher/rancher/issues/36254 https://github.com/rancher/rancher/issues/32413
func checkRanges(r *provider.Request, cloud *cloudstate.Cloud) error {
	subnetwork := provider.FindBy(cloud, subnetworkType, "selfLink", r.GetString("subnetwork"))
	if subnetwork == nil {
		return nil
	}
	refused := func(format string, args ...any) error {
		return fmt.Errorf("googleapi: Error 400: "+format+", badRequest", args...)
	}
	existing := ranges(subnetwork.Outputs)
	for _, limit := range []struct {
		input, kind, api string
		least, most      int
	}{
		{"ipAllocationPolicy.clusterSecondaryRangeName", "Pod", "Cluster", 9, 21},
		{"ipAllocationPolicy.servicesSecondaryRangeName", "Services", "Services", 16, 27},
	} {
		name := r.GetString(limit.input)
		bits := 0
		for _, secondary := range existing[1:] {
			if secondary.name == name {
				bits = secondary.prefix.Bits()
			}
		}
		switch {
		case name == "":
		case bits == 0: // https://github.com/fabianlee/gcp-gke-clusters-ingress/issues/2
			return refused(`%s secondary range %q not found in network %q, subnetwork %q.`,
				limit.kind, name, r.GetString("network"), subnetwork.Outputs["name"])
		case bits > limit.most:
			return refused("%s CIDR range is greater than maximum (%d > %d).", limit.api, bits, limit.most)
		case bits < limit.least:
			return refused("%s CIDR range is smaller than minimum (%d < %d).", limit.api, bits, limit.least)
		}
	}
	// pkg/api of https://github.com/GoogleCloudPlatform/gke-tf quotes the error.
	controlPlane, _ := netip.ParsePrefix(r.GetString("privateClusterConfig.masterIpv4CidrBlock"))
	for _, other := range existing {
		if other.prefix.Overlaps(controlPlane) {
			return refused("The given master_ipv4_cidr %s overlaps with an existing network %s.", controlPlane, other.prefix)
		}
	}
	return nil
}
