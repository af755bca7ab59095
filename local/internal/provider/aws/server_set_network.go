package aws

import "github.com/modelferry/modelferry/local/internal/provider"

const (
	routeTableType = "aws:ec2/routeTable:RouteTable"
	routeType      = "aws:ec2/route:Route"
)

var networkServerSet = map[string]map[string]provider.ServerSetProperty{
	"aws:ec2/vpc:Vpc": {
		"enableNetworkAddressUsageMetrics": computed(provider.ConstOutput(false), "ec2/vpc_.go"),
	},
	"aws:ec2/subnet:Subnet": {
		"availabilityZoneId":             computed(zoneID, "ec2/vpc_subnet.go"),
		"privateDnsHostnameTypeOnLaunch": computed(provider.ConstOutput("ip-name"), "ec2/vpc_subnet.go"),
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		"metadataOptions.httpProtocolIpv6":     computed(provider.ConstOutput("disabled"), "ec2/ec2_launch_template.go"),
		"metadataOptions.instanceMetadataTags": computed(provider.ConstOutput("disabled"), "ec2/ec2_launch_template.go"),
	},
	"aws:ec2/eip:Eip": {
		"networkBorderGroup": computed(region, "ec2/ec2_eip.go"),
		"publicIpv4Pool":     computed(provider.ConstOutput("amazon"), "ec2/ec2_eip.go"),
	},
	"aws:ec2/natGateway:NatGateway": {
		"privateIp": computed(provider.ConstOutput("10.0.0.10"), "ec2/vpc_nat_gateway.go"),
	},
	routeTableType: {
		"routes": {Value: routes, Later: true, Computed: true, Source: providerSource + "ec2/vpc_route_table.go"},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		"ipAddressType":     computed(provider.ConstOutput("ipv4"), "ec2/vpc_endpoint.go"),
		"policy":            computed(provider.ConstOutput(openEndpointPolicy), "ec2/vpc_endpoint.go"),
		"privateDnsEnabled": computed(provider.ConstOutput(false), "ec2/vpc_endpoint.go"),
	},
}

// openEndpointPolicy is the policy of an endpoint that was created without one.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
const openEndpointPolicy = `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`

// routes returns the route table's Route resources, which AWS reports as its routes.
func routes(r *provider.Request) any {
	list := []any{}
	for _, route := range r.Records(routeType) {
		if in := route.Inputs; in["routeTableId"] == r.ID {
			list = append(list, map[string]any{
				"cidrBlock": in["destinationCidrBlock"], "gatewayId": in["gatewayId"], "natGatewayId": in["natGatewayId"],
			})
		}
	}
	return list
}

// nextVersion returns the version of a launch template. Each update adds one.
func nextVersion(r *provider.Request) any {
	latest := r.OldOutputs["latestVersion"]
	if !latest.IsNumber() {
		return 1
	}
	return latest.NumberValue() + 1
}
