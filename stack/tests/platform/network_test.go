package platform

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestNetwork_gkePrivateWithCloudNAT(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	require.Equal(t, false, r.MustGet(t, "compute/network:Network", "modelferry").Input("autoCreateSubnetworks"))
	subnetwork := r.MustGet(t, "Subnetwork", "modelferry")
	require.Equal(t, "10.0.0.0/16", subnetwork.Input("ipCidrRange"))
	require.Equal(t, true, subnetwork.Input("privateIpGoogleAccess"))
	require.Equal(t, []any{
		object{"rangeName": "pods", "ipCidrRange": "172.20.0.0/14"}, object{"rangeName": "services", "ipCidrRange": "172.24.0.0/20"},
	}, subnetwork.Input("secondaryIpRanges"))
	require.Equal(t, "ALL_SUBNETWORKS_ALL_IP_RANGES", r.MustGet(t, "RouterNat", "modelferry").Input("sourceSubnetworkIpRangesToNat"))
	cluster := r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, object{"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
		cluster.Input("ipAllocationPolicy"))
}

func TestNetwork_gkeConfiguredCIDRs(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"cluster.create.network": object{
		"cidr": "10.8.0.0/20", "podCIDR": "10.16.0.0/14", "serviceCIDR": "10.9.0.0/20", "controlPlaneCIDR": "10.10.0.0/28",
	}})
	subnetwork := r.MustGet(t, "Subnetwork", "modelferry")
	require.Equal(t, "10.8.0.0/20", subnetwork.Input("ipCidrRange"))
	require.Equal(t, "10.16.0.0/14", subnetwork.Input("secondaryIpRanges[0].ipCidrRange"))
	require.Equal(t, "10.9.0.0/20", subnetwork.Input("secondaryIpRanges[1].ipCidrRange"))
	require.Equal(t, "10.10.0.0/28",
		r.MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("privateClusterConfig.masterIpv4CidrBlock"))
}

// eksZones are the availability zones, each with a public and a private subnet.
var eksZones = []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}

// requireEKSNetwork checks subnets and routes. The function nat returns the NAT gateway and the route table of the
// private subnet in a zone.
func requireEKSNetwork(t *testing.T, r *stacktest.Record, nat func(zone int) (natName, table string)) {
	t.Helper()
	require.Len(t, r.ByType("ec2/subnet:Subnet"), 6)
	require.Equal(t, "modelferry-id", r.MustGet(t, "ec2/route:Route", "modelferry-public").Input("gatewayId"))
	tables := map[string]bool{}
	for k, zone := range eksZones {
		public, private := fmt.Sprintf("modelferry-public-%d", k), fmt.Sprintf("modelferry-private-%d", k)
		for _, name := range []string{public, private} {
			subnet := r.MustGet(t, "ec2/subnet:Subnet", name)
			require.Equal(t, zone, subnet.Input("availabilityZone"))
			require.NotEqual(t, true, subnet.Input("mapPublicIpOnLaunch"), subnet)
		}
		natName, table := nat(k)
		tables[table] = true
		require.Equal(t, "modelferry-public-id", r.MustGet(t, "RouteTableAssociation", public).Input("routeTableId"))
		require.Equal(t, table+"-id", r.MustGet(t, "RouteTableAssociation", private).Input("routeTableId"))
		route := r.MustGet(t, "ec2/route:Route", table)
		require.Equal(t, object{"routeTableId": table + "-id", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": natName + "-id"},
			route.Inputs)
		require.True(t, r.Dependencies(r.MustGet(t, "aws:eks/nodeGroup:NodeGroup", "modelferry"))[route.URN],
			"nodes: have to depend on %s to pull images", route)
	}
	require.Len(t, r.ByType("ec2/natGateway:NatGateway"), len(tables))
	endpoint := r.MustGet(t, "VpcEndpoint", "modelferry-s3")
	require.Equal(t, "com.amazonaws.eu-west-1.s3", endpoint.Input("serviceName"))
	require.Equal(t, "Gateway", endpoint.Input("vpcEndpointType"))
	require.Len(t, endpoint.Input("routeTableIds"), len(tables), "traffic to S3 must not pass the NAT gateway")
	for table := range tables {
		require.Contains(t, endpoint.Input("routeTableIds"), table+"-id")
	}
}

func TestNetwork_eksThreeZonesOneNATGateway(t *testing.T) {
	requireEKSNetwork(t, stacktest.Up(t, "eks", nil), func(int) (string, string) { return "modelferry", "modelferry-private" })
}

func TestNetwork_eksNATGatewayPerZone(t *testing.T) {
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.network.natPerZone": true})
	requireEKSNetwork(t, r, func(zone int) (string, string) {
		number := []string{"", "-1", "-2"}[zone]
		return "modelferry" + number, "modelferry-private" + number
	})
	for k := range eksZones {
		nat := r.MustGet(t, "ec2/natGateway:NatGateway", []string{"modelferry", "modelferry-1", "modelferry-2"}[k])
		require.Equal(t, fmt.Sprintf("modelferry-public-%d-id", k), nat.Input("subnetId"), "the NAT gateway has to be in the zone")
	}
	// Enabling natPerZone on an existing stack must not delete anything.
	urns := map[string]bool{}
	for _, registration := range r.Registrations {
		urns[registration.URN] = true
	}
	for _, registration := range stacktest.Up(t, "eks", nil).Registrations {
		require.True(t, urns[registration.URN], "%s would be deleted", registration)
	}
}

// On destroy, the load balancer controller has to reach AWS until the Ingress is gone, and the engine deletes the
// Kubernetes objects before what they depend on. So everything that routes a packet outlives the cluster.
func TestNetwork_eksRoutesOutliveObjects(t *testing.T) {
	for name, set := range map[string]map[string]any{"one NAT gateway": nil, "one in each zone": {"cluster.create.network.natPerZone": true}} {
		t.Run(name, func(t *testing.T) {
			set := stacktest.Merge(set, object{"ingress": stacktest.IngressConfig(stacktest.Platforms[1])})
			r := stacktest.Up(t, "eks", set)
			dependents := r.ByType("Ingress")
			require.Len(t, dependents, 1)
			dependents = append(dependents, r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry"))
			routing := r.ByType("ec2/natGateway:NatGateway")
			for _, typ := range []string{"ec2/route:Route", "RouteTableAssociation", "InternetGateway", "VpcEndpoint", "Eip"} {
				require.NotEmpty(t, r.ByType(typ), typ)
				routing = append(routing, r.ByType(typ)...)
			}
			for _, dependent := range dependents {
				for _, resource := range routing {
					require.True(t, r.Dependencies(dependent)[resource.URN], "%s: has to depend on %s", dependent, resource)
				}
			}
			for _, nat := range r.ByType("ec2/natGateway:NatGateway") {
				for _, name := range []string{"modelferry-public-0", "modelferry-public-1", "modelferry-public-2"} {
					association := r.MustGet(t, "RouteTableAssociation", name)
					require.True(t, r.Dependencies(nat)[association.URN], "%s: its subnet needs a route", nat)
				}
				require.True(t, r.Dependencies(nat)[r.MustGet(t, "ec2/route:Route", "modelferry-public").URN], nat)
			}
		})
	}
}

// Another zone would replace a subnet, with the nodes in it.
func TestNetwork_eksZonesOfSubnetsStay(t *testing.T) {
	for _, subnet := range stacktest.Up(t, "eks", nil).ByType("ec2/subnet:Subnet") {
		require.Equal(t, []string{"availabilityZone"}, subnet.IgnoreChanges, subnet)
	}
}

func TestNetwork_eksConfiguredZones(t *testing.T) {
	r := stacktest.Up(t, "eks", map[string]any{
		"cluster.create.network.zones": []any{"eu-west-1d", "eu-west-1b"}, "cluster.create.network.natPerZone": true,
	})
	require.Len(t, r.ByType("ec2/subnet:Subnet"), 4)
	require.Len(t, r.ByType("ec2/natGateway:NatGateway"), 2)
	for k, zone := range []string{"eu-west-1d", "eu-west-1b"} {
		for _, kind := range []string{"public", "private"} {
			subnet := r.MustGet(t, "ec2/subnet:Subnet", fmt.Sprintf("modelferry-%s-%d", kind, k))
			require.Equal(t, zone, subnet.Input("availabilityZone"))
			require.Empty(t, subnet.IgnoreChanges, "%s: the config decides", subnet)
		}
	}
	private := []any{"modelferry-private-0-id", "modelferry-private-1-id"}
	require.Equal(t, private, r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry").Input("vpcConfig.subnetIds"))
}

func TestNetwork_eksUnknownZoneRejected(t *testing.T) {
	s := stacktest.Settings(t, "eks", map[string]any{"cluster.create.network.zones": []any{"eu-west-1a", "eu-west-1e"}})
	program := stack.Program{ConfigKeys: s.Keys()}
	_, err := stacktest.Run(program.RegisterResources, "eks", s, false)
	require.ErrorContains(t, err, `modelferry:cluster.create.network.zones[1]: invalid zone "eu-west-1e": must be one of `+
		"eu-west-1a, eu-west-1b, eu-west-1c, eu-west-1d")
}

// With an existing network, no network resource is registered, and the Kubernetes objects are the same.
func TestNetwork_existing(t *testing.T) {
	for _, p := range stacktest.Platforms {
		for _, preview := range []bool{false, true} {
			t.Run(stacktest.RunName(p, preview), func(t *testing.T) {
				set := map[string]any{"cluster.create.network.existing": stacktest.ExistingNetworks[p.Stack]}
				r := stacktest.RunStack(t, p.Stack, set, preview)
				for _, registration := range r.Registrations {
					if registration.Custom {
						require.NotRegexp(t, `^(gcp:compute/|aws:ec2/(vpc|subnet|route|internet|nat|eip))`, registration.Type)
					}
				}
				created := stacktest.RunStack(t, p.Stack, nil, preview)
				require.Empty(t, stacktest.DiffObjects(p, p,
					stacktest.KubernetesObjects(created), stacktest.KubernetesObjects(r), stacktest.DiffExceptions))
				cluster := r.MustGet(t, p.ClusterType, "modelferry")
				if p.Stack == "gke" {
					require.Equal(t, stacktest.ExistingNetworks["gke"]["network"], cluster.Input("network"))
					require.Equal(t, stacktest.ExistingNetworks["gke"]["subnetwork"], cluster.Input("subnetwork"))
					require.Equal(t, object{"clusterSecondaryRangeName": "ml-pods", "servicesSecondaryRangeName": "ml-services"},
						cluster.Input("ipAllocationPolicy"))
					return
				}
				require.Equal(t, stacktest.ExistingNetworks["eks"]["privateSubnets"], cluster.Input("vpcConfig.subnetIds"))
				for _, nodes := range r.ByType(p.NodePoolType) {
					require.Equal(t, stacktest.ExistingNetworks["eks"]["privateSubnets"], nodes.Input("subnetIds"),
						"nodes are in private subnets only")
				}
			})
		}
	}
}

func TestNetwork_existingPublicSubnetRejected(t *testing.T) {
	s, err := configtest.RepositoryStack("eks")
	require.NoError(t, err)
	s.Set("cluster.create.network.existing", object{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", stacktest.PublicSubnet}})
	program := stack.Program{ConfigKeys: s.Keys()}
	_, err = stacktest.Run(program.RegisterResources, "eks", s, false)
	require.ErrorContains(t, err,
		"modelferry:cluster.create.network.existing.privateSubnets[1]: "+
			"invalid subnet subnet-0c: it assigns public addresses on launch, must be a private subnet")
}
