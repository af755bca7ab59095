package config_test

var (
	existingGKENetwork = map[string]any{
		"network": "shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml",
		"podRange": "pods", "serviceRange": "services",
	}
	existingEKSNetwork = map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}}
)

// invalidNetworks are cases of an invalid network of a new cluster.
var invalidNetworks = []invalidCase{
	{name: "node range overlaps pod range", stack: "gke", set: map[string]any{"cluster.create.network.cidr": "172.22.0.0/16"},
		want: []string{`modelferry:cluster.create.network.podCIDR: Invalid value: "172.20.0.0/14": must not overlap ` +
			`modelferry:cluster.create.network.cidr (172.22.0.0/16)`}},
	{name: "overlapping ranges", stack: "gke", set: map[string]any{
		"cluster.create.network.serviceCIDR": "10.0.16.0/20", "cluster.create.network.controlPlaneCIDR": "172.20.0.0/28"},
		want: []string{
			`modelferry:cluster.create.network.controlPlaneCIDR: Invalid value: "172.20.0.0/28": must not overlap ` +
				`modelferry:cluster.create.network.podCIDR (172.20.0.0/14)`,
			`modelferry:cluster.create.network.serviceCIDR: Invalid value: "10.0.16.0/20": must not overlap ` +
				`modelferry:cluster.create.network.cidr (10.0.0.0/16)`,
		}},
	{name: "ranges of a wrong size", stack: "gke", set: map[string]any{
		"cluster.create.network.podCIDR": "172.20.0.0/24", "cluster.create.network.serviceCIDR": "172.24.0.0/28",
		"cluster.create.network.controlPlaneCIDR": "172.31.0.0/24"},
		want: []string{
			`modelferry:cluster.create.network.controlPlaneCIDR: Invalid value: "172.31.0.0/24": must be an IPv4 range of /28, ` +
				`such as 172.31.255.240/28`,
			`modelferry:cluster.create.network.podCIDR: Invalid value: "172.20.0.0/24": must be an IPv4 range of /9 to /20, ` +
				`such as 172.20.0.0/14`,
			`modelferry:cluster.create.network.serviceCIDR: Invalid value: "172.24.0.0/28": must be an IPv4 range of /16 to ` +
				`/27, such as 172.24.0.0/20`,
		}},
	{name: "API server that nothing can reach", set: map[string]any{"cluster.create.authorizedNetworks": []any{}},
		want: []string{`modelferry:cluster.create.authorizedNetworks: Required value: must have a range, or ` +
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks must have one: otherwise only the nodes and pods could ` +
			`connect to the API server, and pulumi up would fail when the cluster exists`}},
	{name: "private ranges for the public endpoint", set: map[string]any{"cluster.create.authorizedNetworks": []any{
		"11.0.0.0/8", "10.0.0.0/8", "100.64.7.0/24", "172.32.0.0/12"}},
		want: []string{
			`modelferry:cluster.create.authorizedNetworks[1]: Invalid value: "10.0.0.0/8": must be a range of public addresses: ` +
				`set a private range in modelferry:cluster.create.privateEndpoint.authorizedNetworks`,
			`modelferry:cluster.create.authorizedNetworks[2]: Invalid value: "100.64.7.0/24": must be a range of public addresses: ` +
				`set a private range in modelferry:cluster.create.privateEndpoint.authorizedNetworks`,
		}},
	{
		name: "public ranges for the private endpoint",
		set: map[string]any{"cluster.create.privateEndpoint.authorizedNetworks": []any{
			"10.0.0.0/8", "10.0.0.0/7", "203.0.113.0/24", "0.0.0.0/0", "10.0.0.1/8", "vpn"}},
		want: []string{
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks[1]: Invalid value: "10.0.0.0/7": must be a range of ` +
				`private addresses, such as 10.8.0.0/16`,
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks[2]: Invalid value: "203.0.113.0/24": must be a range of ` +
				`private addresses, such as 10.8.0.0/16`,
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks[3]: Invalid value: "0.0.0.0/0": must be a range of ` +
				`private addresses, such as 10.8.0.0/16`,
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks[4]: Invalid value: "10.0.0.1/8": must be an address ` +
				`range in CIDR notation, such as 10.0.0.0/16`,
			`modelferry:cluster.create.privateEndpoint.authorizedNetworks[5]: Invalid value: "vpn": must be a range of private ` +
				`addresses, such as 10.8.0.0/16`,
		},
	},
	{name: "duplicate range for the private endpoint", set: map[string]any{"cluster.create.privateEndpoint.authorizedNetworks": []any{
		"10.8.0.0/16", "10.9.0.0/16", "10.8.0.0/16"}},
		want: []string{`modelferry:cluster.create.privateEndpoint.authorizedNetworks[2]: Duplicate value: "10.8.0.0/16"`}},
	{
		name:  "global access on eks",
		stack: "eks",
		set:   map[string]any{"cluster.create.privateEndpoint.globalAccess": true},
		want: []string{
			`modelferry:cluster.create.privateEndpoint.globalAccess: Forbidden: only supported on gke, and this stack is on eks: remove it`,
		},
	},
	{name: "gke ranges on eks", stack: "eks", set: map[string]any{
		"cluster.create.network.podCIDR": "172.20.0.0/14", "cluster.create.network.serviceCIDR": "172.24.0.0/20",
		"cluster.create.network.controlPlaneCIDR": "172.31.255.240/28"},
		want: []string{
			`modelferry:cluster.create.network.controlPlaneCIDR: Forbidden: only supported on gke, and this stack is on eks: remove it`,
			`modelferry:cluster.create.network.podCIDR: Forbidden: only supported on gke, and this stack is on eks: remove it`,
			`modelferry:cluster.create.network.serviceCIDR: Forbidden: only supported on gke, and this stack is on eks: remove it`,
		}},
	{name: "natPerZone on gke", stack: "gke", set: map[string]any{"cluster.create.network.natPerZone": true},
		want: []string{`modelferry:cluster.create.network.natPerZone: Forbidden: only supported on eks, and this stack is on ` +
			`gke: remove it`}},
	{name: "zones on gke", stack: "gke", set: map[string]any{"cluster.create.network.zones": []any{"europe-west1-b", "europe-west1-c"}},
		want: []string{`modelferry:cluster.create.network.zones: Forbidden: only supported on eks, and this stack is on ` +
			`gke: remove it`}},
	{name: "one zone", stack: "eks", set: map[string]any{"cluster.create.network.zones": []any{"eu-west-1a"}},
		want: []string{`modelferry:cluster.create.network.zones: Invalid value: 1: must be two or three zones`}},
	{name: "four zones", stack: "eks", set: map[string]any{
		"cluster.create.network.zones": []any{"eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"}},
		want: []string{`modelferry:cluster.create.network.zones: Invalid value: 4: must be two or three zones`}},
	{name: "zones that are not in the region", stack: "eks", set: map[string]any{
		"cluster.create.network.zones": []any{"eu-west-1-lcl-1a", "eu-west-1A", "euw1-az1"}},
		want: []string{
			`modelferry:cluster.create.network.zones[0]: Invalid value: "eu-west-1-lcl-1a": must be the name of an ` +
				`availability zone in eu-west-1, such as eu-west-1a`,
			`modelferry:cluster.create.network.zones[1]: Invalid value: "eu-west-1A": must be the name of an ` +
				`availability zone in eu-west-1, such as eu-west-1a`,
			`modelferry:cluster.create.network.zones[2]: Invalid value: "euw1-az1": must be the name of an ` +
				`availability zone in eu-west-1, such as eu-west-1a`,
		}},
	{name: "duplicate zone", stack: "eks", set: map[string]any{"cluster.create.network.zones": []any{"eu-west-1a", "eu-west-1a"}},
		want: []string{`modelferry:cluster.create.network.zones[1]: Duplicate value: "eu-west-1a"`}},
	{name: "empty existing network on gke", stack: "gke", set: map[string]any{"cluster.create.network.existing": object},
		want: []string{
			`modelferry:cluster.create.network.existing.network: Required value: must be set`,
			`modelferry:cluster.create.network.existing.podRange: Required value: must be set`,
			`modelferry:cluster.create.network.existing.serviceRange: Required value: must be set`,
			`modelferry:cluster.create.network.existing.subnetwork: Required value: must be set`,
		}},
	{name: "empty existing network on eks", stack: "eks", set: map[string]any{"cluster.create.network.existing": object},
		want: []string{
			`modelferry:cluster.create.network.existing.privateSubnets: Required value: must be at least 2 subnets, in ` +
				`different availability zones`,
			`modelferry:cluster.create.network.existing.vpc: Required value: must be set`,
		}},
	{name: "eks network on gke", stack: "gke", set: map[string]any{
		"cluster.create.network.existing": map[string]any{
			"network": "shared", "subnetwork": "ml", "podRange": "pods", "serviceRange": "pods",
			"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a"}, "publicSubnets": []any{"subnet-0b"}}},
		want: []string{
			`modelferry:cluster.create.network.existing.privateSubnets: Forbidden: only supported on eks, and this stack is on ` +
				`gke: remove it`,
			`modelferry:cluster.create.network.existing.publicSubnets: Forbidden: only supported on eks, and this stack is on ` +
				`gke: remove it`,
			`modelferry:cluster.create.network.existing.serviceRange: Duplicate value: "pods": must differ from podRange`,
			`modelferry:cluster.create.network.existing.vpc: Forbidden: only supported on eks, and this stack is on gke: remove it`,
		}},
	{name: "gke network on eks", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"},
			"network": "shared"}},
		want: []string{`modelferry:cluster.create.network.existing.network: Forbidden: only supported on gke, and this stack is ` +
			`on eks: remove it`}},
	{name: "invalid network names on gke", stack: "gke", set: map[string]any{"cluster.create.network.existing": map[string]any{
		"network": "vpc/Shared", "subnetwork": "host/ml", "podRange": "Pods", "serviceRange": "services/"}},
		want: []string{
			`modelferry:cluster.create.network.existing.network: Invalid value: "vpc/Shared": must be the name of a VPC ` +
				`network, or projects/PROJECT/global/networks/NAME`,
			`modelferry:cluster.create.network.existing.podRange: Invalid value: "Pods": must be the name of a secondary range ` +
				`of the subnetwork`,
			`modelferry:cluster.create.network.existing.serviceRange: Invalid value: "services/": must be the name of a ` +
				`secondary range of the subnetwork`,
			`modelferry:cluster.create.network.existing.subnetwork: Invalid value: "host/ml": must be the name of a subnetwork, ` +
				`or projects/PROJECT/regions/REGION/subnetworks/NAME`,
		}},
	{name: "invalid network ids on eks", stack: "eks", set: map[string]any{"cluster.create.network.existing": map[string]any{
		"vpc": "shared", "privateSubnets": []any{"subnet-0a", "private"}, "publicSubnets": []any{"subnet-0a"}}},
		want: []string{
			`modelferry:cluster.create.network.existing.privateSubnets[1]: Invalid value: "private": must be the ID of a ` +
				`subnet, such as subnet-0a1b2c3d`,
			`modelferry:cluster.create.network.existing.publicSubnets[0]: Duplicate value: "subnet-0a": already in ` +
				`modelferry:cluster.create.network.existing.privateSubnets[0]`,
			`modelferry:cluster.create.network.existing.vpc: Invalid value: "shared": must be the ID of a VPC, such as vpc-0a1b2c3d`,
		}},
	{name: "existing network with ranges", stack: "gke", set: map[string]any{
		"cluster.create.network.existing": existingGKENetwork, "cluster.create.network.cidr": "10.8.0.0/16",
		"cluster.create.network.podCIDR":     "172.16.0.0/14",
		"cluster.create.network.serviceCIDR": "172.24.0.0/20"},
		want: []string{
			`modelferry:cluster.create.network.cidr: Forbidden: may not be set together with ` +
				`modelferry:cluster.create.network.existing: remove one`,
			`modelferry:cluster.create.network.podCIDR: Forbidden: may not be set together with ` +
				`modelferry:cluster.create.network.existing: remove one`,
			`modelferry:cluster.create.network.serviceCIDR: Forbidden: may not be set together with ` +
				`modelferry:cluster.create.network.existing: remove one`,
		}},
	{name: "existing network with zones", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": existingEKSNetwork, "cluster.create.network.zones": []any{"eu-west-1a", "eu-west-1b"}},
		want: []string{`modelferry:cluster.create.network.zones: Forbidden: may not be set together with ` +
			`modelferry:cluster.create.network.existing: remove one`}},
	{name: "existing network with an invalid range of the control plane", stack: "gke", set: map[string]any{
		"cluster.create.network.existing": existingGKENetwork, "cluster.create.network.controlPlaneCIDR": "172.16.0.0/27"},
		want: []string{`modelferry:cluster.create.network.controlPlaneCIDR: Invalid value: "172.16.0.0/27": must be an IPv4 range of ` +
			`/28, such as 172.31.255.240/28`}},
	{name: "existing network with natPerZone", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": existingEKSNetwork, "cluster.create.network.natPerZone": true},
		want: []string{`modelferry:cluster.create.network.natPerZone: Forbidden: may not be set together with ` +
			`modelferry:cluster.create.network.existing: remove one`}},
}
