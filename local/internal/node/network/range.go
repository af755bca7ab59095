// Package network assigns the addresses of a node, and creates the link between host and node. A node has a /16 for
// both ends of the link, pods and Services.
package network

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/modelferry/modelferry/local/internal/clouds"
)

// RangeEnv is the environment variable that overrides the range of a node, for example with "10.77".
const RangeEnv = "MODELFERRY_CIDR"

// VethName returns the name of the host's end of a stack's link.
func VethName(stack string) string { return "mferry-" + stack }

// Range is the /16 of a node.
type Range struct{ base netip.Addr }

// RangeFor returns the range in override, or the default of the stack if override is empty.
func RangeFor(stack, override string) (Range, error) {
	if override == "" {
		cloud, err := clouds.Get(stack)
		if err != nil {
			return Range{}, err
		}
		override = cloud.AddressRange
	}
	return ParseRange(override)
}

// ParseRange parses "10.213" or "10.213.0.0/16". It accepts private IPv4 ranges only.
func ParseRange(text string) (Range, error) {
	cidr := text
	if strings.Count(text, ".") == 1 {
		cidr += ".0.0/16"
	}
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil:
		return Range{}, fmt.Errorf("invalid address range %q: must be two numbers, such as %s=10.213", text, RangeEnv)
	case prefix.Bits() != 16 || prefix != prefix.Masked() || !prefix.Addr().Is4():
		return Range{}, fmt.Errorf("invalid address range %q: must be a /16, such as %s=10.213", text, RangeEnv)
	case !prefix.Addr().IsPrivate():
		return Range{}, fmt.Errorf("invalid address range %q: must be private, in 10.0.0.0/8 or 172.16.0.0/12, such as %s=10.213",
			text, RangeEnv)
	}
	return Range{base: prefix.Addr()}, nil
}

// String returns the range in CIDR notation, which ParseRange accepts.
func (r Range) String() string { return r.Prefix().String() }

// Prefix returns the range as a prefix.
func (r Range) Prefix() netip.Prefix { return netip.PrefixFrom(r.base, 16) }

// HostIP returns the address of the host's end of the link.
func (r Range) HostIP() netip.Addr { return r.address(0, 1) }

// NodeIP returns the address of the node's end of the link. The API server, the object store and the image registry
// listen on it.
func (r Range) NodeIP() netip.Addr { return r.address(0, 2) }

// LinkCIDR returns the network of HostIP and NodeIP.
func (r Range) LinkCIDR() netip.Prefix { return netip.PrefixFrom(r.base, 30) }

// PodCIDR returns the network of the pods.
func (r Range) PodCIDR() netip.Prefix { return netip.PrefixFrom(r.address(16, 0), 20) }

// ServiceCIDR returns the network of the cluster IPs.
func (r Range) ServiceCIDR() netip.Prefix { return netip.PrefixFrom(r.address(32, 0), 20) }

// APIServiceIP returns the cluster IP of the Service default/kubernetes, the first of the range.
func (r Range) APIServiceIP() netip.Addr { return r.address(32, 1) }

func (r Range) address(third, fourth byte) netip.Addr {
	b := r.base.As4()
	b[2], b[3] = third, fourth
	return netip.AddrFrom4(b)
}

// UsedPrefix is a network that the host has a route to.
type UsedPrefix struct {
	Prefix netip.Prefix
	// Link is the name of the link that the route uses.
	Link string
}
