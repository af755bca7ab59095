package gcp

import "github.com/modelferry/modelferry/local/internal/provider"

var networkServerSet = map[string]map[string]provider.ServerSetProperty{
	"gcp:compute/network:Network": {
		"mtu": computed(1460, "compute/resource_compute_network.go#L109-L119"),
	},
	"gcp:compute/subnetwork:Subnetwork": {
		"network":                 reference("network", computeAPI, "global/networks", "compute/resource_compute_subnetwork.go#L136-L143"),
		"privateIpv6GoogleAccess": computed("DISABLE_GOOGLE_ACCESS", "compute/resource_compute_subnetwork.go#L247-L252"),
	},
	"gcp:compute/router:Router": {
		"network": reference("network", computeAPI, "global/networks", "compute/resource_compute_router.go#L89-L95"),
	},
	"gcp:compute/routerNat:RouterNat": {
		"autoNetworkTier":                  computed("PREMIUM", "compute/resource_compute_router_nat.go#L247-L255"),
		"enableDynamicPortAllocation":      computed(false, "compute/resource_compute_router_nat.go#L267-L278"),
		"enableEndpointIndependentMapping": computed(false, "compute/resource_compute_router_nat.go#L279-L285"),
		"endpointTypes":                    computed([]any{"ENDPOINT_TYPE_VM"}, "compute/resource_compute_router_nat.go#L286-L299"),
	},
}
