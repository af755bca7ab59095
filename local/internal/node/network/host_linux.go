package network

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// LinkNames returns the names of the host's links.
func LinkNames() ([]string, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("host's links: %w", err)
	}
	names := make([]string, 0, len(links))
	for _, link := range links {
		names = append(names, link.Attrs().Name)
	}
	return names, nil
}

// UsedPrefixes returns the destinations of the host's IPv4 routes, except the default route. They include the network
// of each of the host's addresses.
func UsedPrefixes() ([]UsedPrefix, error) {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("host's routes: %w", err)
	}
	var used []UsedPrefix
	for _, route := range routes {
		if route.Dst == nil {
			continue
		}
		address, ok := netip.AddrFromSlice(route.Dst.IP.To4())
		bits, _ := route.Dst.Mask.Size()
		if !ok || bits == 0 {
			continue
		}
		name := "no link"
		if link, err := netlink.LinkByIndex(route.LinkIndex); err == nil {
			name = link.Attrs().Name
		}
		used = append(used, UsedPrefix{Prefix: netip.PrefixFrom(address, bits), Link: name})
	}
	return used, nil
}
