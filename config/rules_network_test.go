package config_test

const at = "modelferry:cluster.create.network."

var (
	ours = map[string]any{"network": "shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml", "podRange": "pods", "serviceRange": "services"}
	vpc  = map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}}
)

// networkRules are about the network that a new cluster lives in.
var networkRules = []rule{
	{name: "nodes' range overlaps the pods'", set: map[string]any{"cluster.create.network.cidr": "172.22.0.0/16"},
		want: []string{at + `podCIDR: 172.20.0.0/14 overlaps 172.22.0.0/16, which is cluster.create.network.cidr: move one of them`}},
	{name: "ranges overlap each other", set: map[string]any{
		"cluster.create.network.serviceCIDR": "10.0.16.0/20", "cluster.create.network.controlPlaneCIDR": "172.20.0.0/28"},
		want: []string{
			at + `controlPlaneCIDR: 172.20.0.0/28 overlaps 172.20.0.0/14, which is cluster.create.network.podCIDR: move one of them`,
			at + `serviceCIDR: 10.0.16.0/20 overlaps 10.0.0.0/16, which is cluster.create.network.cidr: move one of them`,
		}},
	{name: "ranges are of the wrong size", set: map[string]any{
		"cluster.create.network.podCIDR": "172.20.0.0/24", "cluster.create.network.serviceCIDR": "172.24.0.0/28", "cluster.create.network.controlPlaneCIDR": "172.31.0.0/24"},
		want: []string{
			at + `controlPlaneCIDR: "172.31.0.0/24" is no IPv4 range of /28, such as 172.31.255.240/28`,
			at + `podCIDR: "172.20.0.0/24" is no IPv4 range of /9 to /20, such as 172.20.0.0/14`,
			at + `serviceCIDR: "172.24.0.0/28" is no IPv4 range of /16 to /27, such as 172.24.0.0/20`,
		}},
	{name: "ranges that eks does not have", stack: "eks", set: map[string]any{
		"cluster.create.network.podCIDR": "172.20.0.0/14", "cluster.create.network.serviceCIDR": "172.24.0.0/20", "cluster.create.network.controlPlaneCIDR": "172.31.255.240/28"},
		want: []string{
			at + `controlPlaneCIDR: is for gke, and this stack is on eks: take it out`,
			at + `podCIDR: is for gke, and this stack is on eks: take it out`,
			at + `serviceCIDR: is for gke, and this stack is on eks: take it out`,
		}},
	{name: "a NAT a zone on gke", set: map[string]any{"cluster.create.network.natPerZone": true},
		want: []string{at + `natPerZone: is for eks: Cloud NAT serves a region, and no zone's outage takes it away`}},
	{name: "an existing network without its parts on gke", set: map[string]any{"cluster.create.network.existing": object},
		want: []string{
			at + `existing.network: missing: set ` + at + `existing.network`,
			at + `existing.podRange: missing: set ` + at + `existing.podRange`,
			at + `existing.serviceRange: missing: set ` + at + `existing.serviceRange`,
			at + `existing.subnetwork: missing: set ` + at + `existing.subnetwork`,
		}},
	{name: "an existing network without its parts on eks", stack: "eks", set: map[string]any{"cluster.create.network.existing": object},
		want: []string{
			at + `existing.privateSubnets: names 0: EKS wants two or more, in different availability zones`,
			at + `existing.vpc: missing: set ` + at + `existing.vpc`,
		}},
	{name: "the other cloud's network on gke", set: map[string]any{
		"cluster.create.network.existing": map[string]any{"network": "shared", "subnetwork": "ml", "podRange": "pods", "serviceRange": "pods",
			"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a"}, "publicSubnets": []any{"subnet-0b"}}},
		want: []string{
			at + `existing.privateSubnets: is for eks, and this stack is on gke: take it out`,
			at + `existing.publicSubnets: is for eks, and this stack is on gke: take it out`,
			at + `existing.serviceRange: is the pods' range too: Services need their own`,
			at + `existing.vpc: is for eks, and this stack is on gke: take it out`,
		}},
	{name: "the other cloud's network on eks", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}, "network": "shared"}},
		want: []string{at + `existing.network: is for gke, and this stack is on eks: take it out`}},
	{name: "names that are none on gke", set: map[string]any{"cluster.create.network.existing": map[string]any{
		"network": "vpc/Shared", "subnetwork": "host/ml", "podRange": "Pods", "serviceRange": "services/"}},
		want: []string{
			at + `existing.network: "vpc/Shared" is no network: write its name, or projects/HOST/global/networks/NAME`,
			at + `existing.podRange: "Pods" is no secondary range's name`,
			at + `existing.serviceRange: "services/" is no secondary range's name`,
			at + `existing.subnetwork: "host/ml" is no subnetwork: write its name, or projects/HOST/regions/REGION/subnetworks/NAME`,
		}},
	{name: "names that are none on eks", stack: "eks", set: map[string]any{"cluster.create.network.existing": map[string]any{
		"vpc": "shared", "privateSubnets": []any{"subnet-0a", "private"}, "publicSubnets": []any{"subnet-0a"}}},
		want: []string{
			at + `existing.privateSubnets[1]: "private" is no subnet's ID, such as subnet-0a1b2c3d`,
			at + `existing.publicSubnets[0]: is cluster.create.network.existing.privateSubnets[0] too: name each subnet once`,
			at + `existing.vpc: "shared" is no VPC's ID, such as vpc-0a1b2c3d`,
		}},
	{name: "an existing network and ranges of one's own", set: map[string]any{
		"cluster.create.network.existing": ours, "cluster.create.network.cidr": "10.8.0.0/16", "cluster.create.network.podCIDR": "172.16.0.0/14",
		"cluster.create.network.serviceCIDR": "172.24.0.0/20"},
		want: []string{
			at + `cidr: is of a network of the stack's own, and existing is set: keep one`,
			at + `podCIDR: is of a network of the stack's own, and existing is set: keep one`,
			at + `serviceCIDR: is of a network of the stack's own, and existing is set: keep one`,
		}},
	{name: "an existing network and a NAT of one's own", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": vpc, "cluster.create.network.natPerZone": true},
		want: []string{at + `natPerZone: is of a network of the stack's own, and existing is set: keep one`}},
}
