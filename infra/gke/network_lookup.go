package gke

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// LookupNetwork returns an existing network by the names in the config, and creates nothing. GKE refuses to create a
// cluster in a network, subnetwork or range that does not exist.
func LookupNetwork(
	ctx *pulumi.Context, name string, args *config.ExistingNetwork, opts ...pulumi.ResourceOption,
) (*Network, error) {
	n := &Network{
		Network: pulumi.String(args.Network), Subnetwork: pulumi.String(args.Subnetwork),
		PodRange: args.PodRange, ServiceRange: args.ServiceRange,
	}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Network", name, pulumi.Map{
		"existing": n.Network,
	}, n, opts...); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.Network, "subnetwork": n.Subnetwork})
}
