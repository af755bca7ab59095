package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var network = map[string]provider.Resource{
	"gcp:compute/network:Network": {
		Args: compute.NetworkArgs{}, State: compute.NetworkState{}, Name: "name",
		Replace: []string{"name", "project", "autoCreateSubnetworks", "description", "enableUlaInternalIpv6", "internalIpv6Range"},
		ID:      provider.Text("projects/{project}/global/networks/{name}"),
		Outputs: map[string]provider.Value{
			"selfLink":  provider.Text(computeAPI + "projects/{project}/global/networks/{name}"),
			"numericId": provider.Text("{#16}"),
		},
	},
	"gcp:compute/subnetwork:Subnetwork": {
		Args: compute.SubnetworkArgs{}, State: compute.SubnetworkState{}, Name: "name",
		Replace: []string{"name", "project", "region", "network", "purpose", "description"},
		ID:      provider.Text("projects/{project}/regions/{region}/subnetworks/{name}"),
		Outputs: map[string]provider.Value{
			"selfLink":  provider.Text(computeAPI + "projects/{project}/regions/{region}/subnetworks/{name}"),
			"purpose":   provider.Const("PRIVATE"),
			"stackType": provider.Const("IPV4_ONLY"),
		},
	},
	"gcp:compute/router:Router": {
		Args: compute.RouterArgs{}, State: compute.RouterState{}, Name: "name",
		Replace: []string{"name", "project", "region", "network", "encryptedInterconnectRouter"},
		ID:      provider.Text("projects/{project}/regions/{region}/routers/{name}"),
		Outputs: map[string]provider.Value{
			"selfLink": provider.Text(computeAPI + "projects/{project}/regions/{region}/routers/{name}"),
		},
	},
	"gcp:compute/routerNat:RouterNat": {
		Args: compute.RouterNatArgs{}, State: compute.RouterNatState{}, Name: "name",
		Replace: []string{"name", "project", "region", "router", "endpointTypes"},
		ID:      provider.Text("{project}/{region}/{router}/{name}"),
	},
	"gcp:compute/sSLPolicy:SSLPolicy": {
		Args: compute.SSLPolicyArgs{}, State: compute.SSLPolicyState{}, Name: "name",
		Replace: []string{"name", "project", "description"},
		ID:      provider.Text("projects/{project}/global/sslPolicies/{name}"),
		Outputs: map[string]provider.Value{"selfLink": provider.Text(computeAPI + "projects/{project}/global/sslPolicies/{name}")},
	},
}
