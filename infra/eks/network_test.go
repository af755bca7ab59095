package eks_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/infra/eks"
)

func TestSubnetCIDRs(t *testing.T) {
	for cidr, want := range map[string][]string{
		"10.0.0.0/16":     {"10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19", "10.0.96.0/19", "10.0.128.0/19", "10.0.160.0/19"},
		"192.168.16.0/20": {"192.168.16.0/23", "192.168.18.0/23", "192.168.20.0/23", "192.168.22.0/23", "192.168.24.0/23", "192.168.26.0/23"},
	} {
		cidrs, err := eks.SubnetCIDRs(cidr)
		require.NoError(t, err)
		require.Equal(t, want, cidrs, cidr)
	}
	_, err := eks.SubnetCIDRs("10.0.0.0")
	require.Error(t, err)
}

// Every network that the config accepts gives six disjoint cidrs inside it. EKS requires /28 or larger.
func TestSubnetCIDRs_disjointAndInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := netip.AddrFrom4([4]byte{
			rapid.Byte().Draw(t, "a"), rapid.Byte().Draw(t, "b"), rapid.Byte().Draw(t, "c"), 0,
		})
		network := netip.PrefixFrom(addr, rapid.IntRange(16, 20).Draw(t, "bits")).Masked()
		cidrs, err := eks.SubnetCIDRs(network.String())
		require.NoError(t, err)
		require.Len(t, cidrs, 6)
		for k, text := range cidrs {
			subnet, err := netip.ParsePrefix(text)
			require.NoError(t, err)
			require.Equal(t, subnet.Masked(), subnet)
			require.LessOrEqual(t, subnet.Bits(), 28)
			require.True(t, network.Overlaps(subnet) && network.Contains(subnet.Addr()), text)
			for _, other := range cidrs[:k] {
				require.False(t, subnet.Overlaps(netip.MustParsePrefix(other)), fmt.Sprint(text, other))
			}
		}
	})
}
