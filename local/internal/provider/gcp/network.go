package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var networkResources = map[string]provider.Resource{
	networkType: {
		Args: compute.NetworkArgs{}, State: compute.NetworkState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "autoCreateSubnetworks", "description", "enableUlaInternalIpv6", "internalIpv6Range"},
		ID:               provider.Template("projects/{project}/global/networks/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink":  provider.Template(computeAPI + "projects/{project}/global/networks/{name}"),
			"numericId": provider.Template("{#16}"),
		},
	},
	subnetworkType: {
		Args: compute.SubnetworkArgs{}, State: compute.SubnetworkState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "region", "network", "purpose", "description"},
		ID:               provider.Template("projects/{project}/regions/{region}/subnetworks/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink":  provider.Template(computeAPI + "projects/{project}/regions/{region}/subnetworks/{name}"),
			"purpose":   provider.ConstOutput("PRIVATE"),
			"stackType": provider.ConstOutput("IPV4_ONLY"),
		},
	},
	routerType: {
		Args: compute.RouterArgs{}, State: compute.RouterState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "region", "network", "encryptedInterconnectRouter"},
		ID:               provider.Template("projects/{project}/regions/{region}/routers/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink": provider.Template(computeAPI + "projects/{project}/regions/{region}/routers/{name}"),
		},
	},
	"gcp:compute/routerNat:RouterNat": {
		Args: compute.RouterNatArgs{}, State: compute.RouterNatState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "region", "router", "endpointTypes"},
		ID:               provider.Template("{project}/{region}/{router}/{name}"),
	},
	"gcp:compute/sSLPolicy:SSLPolicy": {
		Args: compute.SSLPolicyArgs{}, State: compute.SSLPolicyState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "description"},
		ID:               provider.Template("projects/{project}/global/sslPolicies/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink": provider.Template(computeAPI + "projects/{project}/global/sslPolicies/{name}"),
		},
	},
}
