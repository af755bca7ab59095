// Package network lays out the addresses of a node: a /16 that host, node, pods and services share, and the
// link between host and node.
package network

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/modelferry/modelferry/local/internal/clouds"
)

// RangeEnv names the environment variable that moves a local cloud to another range, such as "10.77".
const RangeEnv = "MODELFERRY_CIDR"

// VethName is the host's end of a stack's link.
func VethName(stack string) string { return "mferry-" + stack }

// Range is the /16 of one node.
type Range struct{ base netip.Addr }

// RangeFor is the range of a stack: what is given, or the stack's default when nothing is.
func RangeFor(stack, given string) (Range, error) {
	if given == "" {
		cloud, err := clouds.Get(stack)
		if err != nil {
			return Range{}, err
		}
		given = cloud.AddressRange
	}
	return ParseRange(given)
}

// ParseRange reads "10.213" or "10.213.0.0/16". Only private IPv4 ranges are taken.
func ParseRange(text string) (Range, error) {
	full := text
	if strings.Count(text, ".") == 1 {
		full += ".0.0/16"
	}
	prefix, err := netip.ParsePrefix(full)
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

// String is the range in CIDR form, which Parse reads.
func (r Range) String() string { return r.Prefix().String() }

// Prefix is the whole range.
func (r Range) Prefix() netip.Prefix { return netip.PrefixFrom(r.base, 16) }

// HostIP is the host's end of the link.
func (r Range) HostIP() netip.Addr { return r.address(0, 1) }

// NodeIP is the node's end of the link: where the API server, the object store and the image registry answer.
func (r Range) NodeIP() netip.Addr { return r.address(0, 2) }

// LinkCIDR is the network of Host and Node alone.
func (r Range) LinkCIDR() netip.Prefix { return netip.PrefixFrom(r.base, 30) }

// PodCIDR is the network of the pods.
func (r Range) PodCIDR() netip.Prefix { return netip.PrefixFrom(r.address(16, 0), 20) }

// ServiceCIDR is the network of the cluster IPs.
func (r Range) ServiceCIDR() netip.Prefix { return netip.PrefixFrom(r.address(32, 0), 20) }

// APIServiceIP is the cluster IP of the service default/kubernetes: Kubernetes takes the first.
func (r Range) APIServiceIP() netip.Addr { return r.address(32, 1) }

func (r Range) address(third, fourth byte) netip.Addr {
	b := r.base.As4()
	b[2], b[3] = third, fourth
	return netip.AddrFrom4(b)
}

// UsedPrefix is a network that the host has a route to.
type UsedPrefix struct {
	Prefix netip.Prefix
	// Link is the name of the link that the route goes over.
	Link string
}
