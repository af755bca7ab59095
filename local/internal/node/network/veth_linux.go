package network

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// peerName is the link's name inside the node.
const peerName = "eth0"

// CreateVeth creates the link from this network namespace to that of process pid, and the host's routes to pods and
// Services. It does not change the host's firewall rules and kernel settings. Link and routes disappear with the other
// namespace.
func CreateVeth(stack string, r Range, pid int) error {
	name := VethName(stack)
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peerName, PeerNamespace: netlink.NsPid(pid)})
	if err != nil {
		return fmt.Errorf("link %s to the node: %w", name, err)
	}
	link, err := configureLink(name, r.HostIP(), r.LinkCIDR().Bits())
	if err != nil {
		return err
	}
	for _, to := range []netip.Prefix{r.PodCIDR(), r.ServiceCIDR()} {
		route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: ipNet(to), Gw: r.NodeIP().AsSlice()}
		if err := netlink.RouteAdd(route); err != nil {
			return fmt.Errorf("route to %s over %s: %w", to, name, err)
		}
	}
	return nil
}

// ConfigurePeer configures the node's end of the link, and enables forwarding for pods. It must run in the node's
// network namespace.
func ConfigurePeer(r Range) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("node's loopback: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("node's loopback: %w", err)
	}
	if _, err := configureLink(peerName, r.NodeIP(), r.LinkCIDR().Bits()); err != nil {
		return err
	}
	if err := netlink.RouteAdd(&netlink.Route{Gw: r.HostIP().AsSlice()}); err != nil {
		return fmt.Errorf("node's default route: %w", err)
	}
	// These settings apply to the namespace, not to the machine. A packet for a Service without endpoints leaves on the
	// link that it came from, so the kernel would send an ICMP redirect for it. Redirects share a rate limit with the
	// rejection that tells the client to give up. Without the rejection, the client waits for its timeout.
	for name, value := range map[string]string{
		"ip_forward": "1", "conf/all/send_redirects": "0", "conf/" + peerName + "/send_redirects": "0",
	} {
		if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0); err != nil {
			return fmt.Errorf("node's setting net.ipv4.%s: %w", name, err)
		}
	}
	return nil
}

// AddAddress adds an address to the node. Pods reach it by their default route. It disappears with the node's network
// namespace.
func AddAddress(address netip.Addr) error {
	_, err := configureLink("lo", address, address.BitLen())
	return err
}

// RemoveVeth removes the link of a node that exited. It removes only a veth with the range's host address: Preflight
// reports any other link with that name.
func RemoveVeth(stack string, r Range) error {
	link, err := netlink.LinkByName(VethName(stack))
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("link %s: %w", VethName(stack), err)
	}
	addresses, err := netlink.AddrList(link, netlink.FAMILY_V4)
	if err != nil {
		return fmt.Errorf("link %s: %w", VethName(stack), err)
	}
	for _, address := range addresses {
		if link.Type() == "veth" && address.IP.Equal(r.HostIP().AsSlice()) {
			// The kernel removes the pair with the node's namespace, perhaps at the same time.
			err := netlink.LinkDel(link)
			if err != nil && !errors.As(err, &netlink.LinkNotFoundError{}) && !errors.Is(err, unix.ENODEV) {
				return fmt.Errorf("remove link %s: %w", VethName(stack), err)
			}
		}
	}
	return nil
}

func configureLink(name string, address netip.Addr, bits int) (netlink.Link, error) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: ipNet(netip.PrefixFrom(address, bits))}); err != nil {
		return nil, fmt.Errorf("address %s on %s: %w", address, name, err)
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return nil, fmt.Errorf("set %s up: %w", name, err)
	}
	return link, nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
