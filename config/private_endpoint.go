package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (e *PrivateEndpoint) setDefaults() {
	if e.GlobalAccess == nil {
		enabled := true
		e.GlobalAccess = &enabled
	}
}

// privateRanges are the ranges that no address on the internet has.
// https://cloud.google.com/vpc/docs/subnets#valid-ranges
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), // RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"), // RFC 6598
	netip.MustParsePrefix("198.18.0.0/15"), // RFC 2544
	netip.MustParsePrefix("240.0.0.0/4"),   // RFC 1112
}

// isPrivate reports whether a range has private addresses only.
func isPrivate(cidr string) bool {
	prefix, err := netip.ParsePrefix(cidr)
	return err == nil && slices.ContainsFunc(privateRanges, func(r netip.Prefix) bool {
		return r.Bits() <= prefix.Bits() && r.Contains(prefix.Addr())
	})
}

// validateEndpoints checks which networks may connect to the API server. GKE has one list for both endpoints: a private
// range applies to the private endpoint, any other range to the public one, and private ranges alone leave the public
// endpoint closed. EKS refuses private ranges for the public endpoint. Its private endpoint has the cluster's security
// group, which admits only the nodes and what is added.
// https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
// https://docs.aws.amazon.com/eks/latest/userguide/config-cluster-endpoint.html
func (s ClusterSpec) validateEndpoints(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	public, private := fldPath.Child("authorizedNetworks"), fldPath.Child("privateEndpoint", "authorizedNetworks")
	for i, cidr := range s.AuthorizedNetworks {
		if isPrivate(cidr) {
			errs = append(errs, field.Invalid(public.Index(i), cidr,
				fmt.Sprintf("must be a range of public addresses: set a private range in %s", private)))
		}
	}
	for i, cidr := range s.PrivateEndpoint.AuthorizedNetworks {
		if !isPrivate(cidr) {
			errs = append(errs, field.Invalid(private.Index(i), cidr, "must be a range of private addresses, such as 10.8.0.0/16"))
			continue
		}
		errs = append(errs, validateCIDR(private.Index(i), cidr)...)
	}
	errs = append(errs, validateUnique(private, s.PrivateEndpoint.AuthorizedNetworks)...)
	if len(s.AuthorizedNetworks)+len(s.PrivateEndpoint.AuthorizedNetworks) == 0 {
		errs = append(errs, field.Required(public, fmt.Sprintf("must have a range, or %s must have one: otherwise only the nodes "+
			"and pods could connect to the API server, and pulumi up would fail when the cluster exists", private)))
	}
	return errs
}

// EndpointWarning returns a message if the API server has no public endpoint and pulumi up may not reach the private
// one from a machine with these addresses, otherwise "".
func (c Config) EndpointWarning(machine []netip.Addr) string {
	s := c.Cluster.Create
	if s == nil || len(s.AuthorizedNetworks) > 0 {
		return ""
	}
	networks, fldPath := s.PrivateEndpoint.AuthorizedNetworks, Path("cluster", "create", "authorizedNetworks")
	hint := fmt.Sprintf(`(docs/deploy-%s.md, "Private endpoint")`, c.Cloud)
	if s.Network.Existing == nil && !contains([]string{s.Network.CIDR}, machine) {
		return fmt.Sprintf("%s: there is none, so the API server has only a private endpoint, in a network that the stack creates: "+
			"pulumi up fails when the cluster exists, unless this machine is connected to the network by then %s", fldPath, hint)
	}
	if contains(platforms[c.Cloud].endpointNetworks(*s), machine) {
		return ""
	}
	return fmt.Sprintf("%s: there is none, so the API server has only a private endpoint, and this machine has no address in %s: "+
		"pulumi up fails when the cluster exists, unless requests arrive from such an address %s",
		fldPath, strings.Join(networks, ", "), hint)
}

// contains reports whether one of the addresses is in one of the ranges.
func contains(cidrs []string, addresses []netip.Addr) bool {
	return slices.ContainsFunc(cidrs, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && slices.ContainsFunc(addresses, prefix.Contains)
	})
}
