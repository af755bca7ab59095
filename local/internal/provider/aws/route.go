package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var routeResources = map[string]provider.Resource{
	routeTableType: {
		Args: ec2.RouteTableArgs{}, State: ec2.RouteTableState{},
		ReplaceOnChanges: []string{"vpcId"},
		ID:               provider.Template("rtb-{#17}"),
		Outputs:          map[string]provider.OutputFunc{"arn": arn("ec2", "route-table/{id}")},
	},
	routeType: {
		Args: ec2.RouteArgs{}, State: ec2.RouteState{},
		ReplaceOnChanges: []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"},
		ID:               provider.Template("r-{routeTableId}{#10}"),
		Outputs: map[string]provider.OutputFunc{
			"origin": provider.ConstOutput("CreateRoute"),
			"state":  provider.ConstOutput("active"),
		},
	},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {
		Args: ec2.RouteTableAssociationArgs{}, State: ec2.RouteTableAssociationState{},
		ReplaceOnChanges: []string{"subnetId", "gatewayId"},
		ID:               provider.Template("rtbassoc-{#17}"),
	},
}
