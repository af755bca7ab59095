package config_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfig_EndpointWarning(t *testing.T) {
	const newNetwork = `modelferry:cluster.create.authorizedNetworks: there is none, so the API server has only a private endpoint, ` +
		`in a network that the stack creates: pulumi up fails when the cluster exists, unless this machine is connected to the ` +
		`network by then (docs/deploy-gke.md, "Private endpoint")`
	const outside = `modelferry:cluster.create.authorizedNetworks: there is none, so the API server has only a private endpoint, and ` +
		`this machine has no address in 10.8.0.0/16, 10.9.0.0/16: pulumi up fails when the cluster exists, unless requests arrive ` +
		`from such an address (docs/deploy-gke.md, "Private endpoint")`
	private := map[string]any{"cluster.create.authorizedNetworks": []any{},
		"cluster.create.privateEndpoint.authorizedNetworks": []any{"10.8.0.0/16", "10.9.0.0/16"}}
	existing := merge(private, map[string]any{"cluster.create.network.existing": existingGKENetwork})
	for _, test := range []struct {
		name, stack, address string
		set                  map[string]any
		want                 string
	}{
		{"public endpoint", "gke", "192.168.0.2", nil, ""},
		{"existing cluster", "gke", "192.168.0.2", map[string]any{"cluster": map[string]any{"existing": "production"}}, ""},
		{"new network on eks", "eks", "10.8.0.2", private, strings.ReplaceAll(newNetwork, "gke", "eks")},
		{"machine in the new network, which may not connect", "eks", "10.0.7.2", private, strings.ReplaceAll(outside, "gke", "eks")},
		{"machine in the new network, which may connect", "eks", "10.0.7.2",
			merge(private, map[string]any{"cluster.create.privateEndpoint.authorizedNetworks": []any{"10.0.0.0/20"}}), ""},
		{"existing network on eks", "eks", "10.9.255.255",
			merge(private, map[string]any{"cluster.create.network.existing": existingEKSNetwork}), ""},
		{"new network", "gke", "10.8.0.2", private, newNetwork},
		{"machine in the new network", "gke", "10.0.7.2", private, ""},
		{"existing network", "gke", "10.9.255.255", existing, ""},
		{"machine outside the networks", "gke", "10.10.0.0", existing, outside},
	} {
		t.Run(test.name, func(t *testing.T) {
			machine := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr(test.address)}
			require.Equal(t, test.want, load(t, test.stack, test.set).EndpointWarning(machine))
		})
	}
	require.NotEmpty(t, load(t, "gke", private).EndpointWarning(nil), "addresses are unknown")
}
