// Package network lays out the addresses of a node: a /16 that host, node, pods and services share, and the
// link between host and node.
package network

import (
	"fmt"
	"net/netip"
	"strings"
)

// RangeVar names the environment variable that moves a local cloud to another range, such as "10.77".
const RangeVar = "MODELFERRY_CIDR"

// defaults are ranges that neither Docker, libvirt, Kubernetes distributions nor the usual VPNs take.
var defaults = map[string]string{"gke": "10.213", "eks": "10.214"}

// LinkName is the host's end of a stack's link.
func LinkName(stack string) string { return "mferry-" + stack }

// Range is the /16 of one node.
type Range struct{ first netip.Addr }

// Choose is the range of a stack: what is given, or the stack's default when nothing is.
func Choose(stack, given string) (Range, error) {
	if given == "" {
		given = defaults[stack]
	}
	return Parse(given)
}

// Parse reads "10.213" or "10.213.0.0/16". Only private IPv4 ranges are taken.
func Parse(text string) (Range, error) {
	full := text
	if strings.Count(text, ".") == 1 {
		full += ".0.0/16"
	}
	prefix, err := netip.ParsePrefix(full)
	switch {
	case err != nil:
		return Range{}, fmt.Errorf("address range %q: write two numbers, such as %s=10.213", text, RangeVar)
	case prefix.Bits() != 16 || prefix != prefix.Masked() || !prefix.Addr().Is4():
		return Range{}, fmt.Errorf("address range %q: a node takes a whole /16, such as %s=10.213", text, RangeVar)
	case !prefix.Addr().IsPrivate():
		return Range{}, fmt.Errorf("address range %q is not a private one: take one of 10.0.0.0/8 or 172.16.0.0/12, such as %s=10.213", text, RangeVar)
	}
	return Range{first: prefix.Addr()}, nil
}

// String is the range in CIDR form, which Parse reads.
func (r Range) String() string { return r.Prefix().String() }

// Prefix is the whole range.
func (r Range) Prefix() netip.Prefix { return netip.PrefixFrom(r.first, 16) }

// Host is the host's end of the link.
func (r Range) Host() netip.Addr { return r.at(0, 1) }

// Node is the node's end of the link: where the API server, the object store and the image registry answer.
func (r Range) Node() netip.Addr { return r.at(0, 2) }

// Link is the network of Host and Node alone.
func (r Range) Link() netip.Prefix { return netip.PrefixFrom(r.first, 30) }

// Pods is the network of the pods.
func (r Range) Pods() netip.Prefix { return netip.PrefixFrom(r.at(16, 0), 20) }

// Services is the network of the cluster IPs.
func (r Range) Services() netip.Prefix { return netip.PrefixFrom(r.at(32, 0), 20) }

// APIService is the cluster IP of the service default/kubernetes: Kubernetes takes the first.
func (r Range) APIService() netip.Addr { return r.at(32, 1) }

func (r Range) at(third, fourth byte) netip.Addr {
	b := r.first.As4()
	b[2], b[3] = third, fourth
	return netip.AddrFrom4(b)
}
