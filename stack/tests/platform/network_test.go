package platform

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestNetworkOnGKEIsPrivateWithAWayOut(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	require.Equal(t, false, r.One(t, "compute/network:Network", "modelferry").At("autoCreateSubnetworks"))
	subnetwork := r.One(t, "Subnetwork", "modelferry")
	require.Equal(t, "10.0.0.0/16", subnetwork.At("ipCidrRange"))
	require.Equal(t, true, subnetwork.At("privateIpGoogleAccess"))
	require.Equal(t, []any{
		object{"rangeName": "pods", "ipCidrRange": "172.20.0.0/14"}, object{"rangeName": "services", "ipCidrRange": "172.24.0.0/20"},
	}, subnetwork.At("secondaryIpRanges"))
	require.Equal(t, "ALL_SUBNETWORKS_ALL_IP_RANGES", r.One(t, "RouterNat", "modelferry").At("sourceSubnetworkIpRangesToNat"))
	cluster := r.One(t, "gcp:container/cluster:Cluster", "modelferry")
	require.Equal(t, object{"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"}, cluster.At("ipAllocationPolicy"))
}

func TestRangesOnGKEAreTheConfigs(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{"cluster.create.network": object{
		"cidr": "10.8.0.0/20", "podCIDR": "10.16.0.0/14", "serviceCIDR": "10.9.0.0/20", "controlPlaneCIDR": "10.10.0.0/28",
	}})
	subnetwork := r.One(t, "Subnetwork", "modelferry")
	require.Equal(t, "10.8.0.0/20", subnetwork.At("ipCidrRange"))
	require.Equal(t, "10.16.0.0/14", subnetwork.At("secondaryIpRanges[0].ipCidrRange"))
	require.Equal(t, "10.9.0.0/20", subnetwork.At("secondaryIpRanges[1].ipCidrRange"))
	require.Equal(t, "10.10.0.0/28", r.One(t, "gcp:container/cluster:Cluster", "modelferry").At("privateClusterConfig.masterIpv4CidrBlock"))
}

// zonesOfEKS are where the stack's subnets lie, one public and one private in each.
var zonesOfEKS = []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}

// requireNetworkOnEKS checks the subnets, and that those of zone k go out by
// the NAT and the route table of that number.
func requireNetworkOnEKS(t *testing.T, r *stacktest.Record, nat func(zone int) (natName, table string)) {
	t.Helper()
	require.Len(t, r.Of("ec2/subnet:Subnet"), 6)
	require.Equal(t, "modelferry-id", r.One(t, "ec2/route:Route", "modelferry-public").At("gatewayId"))
	tables := map[string]bool{}
	for k, zone := range zonesOfEKS {
		public, private := fmt.Sprintf("modelferry-public-%d", k), fmt.Sprintf("modelferry-private-%d", k)
		for _, name := range []string{public, private} {
			subnet := r.One(t, "ec2/subnet:Subnet", name)
			require.Equal(t, zone, subnet.At("availabilityZone"))
			require.NotEqual(t, true, subnet.At("mapPublicIpOnLaunch"), subnet)
		}
		natName, table := nat(k)
		tables[table] = true
		require.Equal(t, "modelferry-public-id", r.One(t, "RouteTableAssociation", public).At("routeTableId"))
		require.Equal(t, table+"-id", r.One(t, "RouteTableAssociation", private).At("routeTableId"))
		way := r.One(t, "ec2/route:Route", table)
		require.Equal(t, object{"routeTableId": table + "-id", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": natName + "-id"}, way.Inputs)
		require.True(t, r.Before(r.One(t, "aws:eks/nodeGroup:NodeGroup", "modelferry"))[way.URN], "nodes: after %s, or they pull no image", way)
	}
	require.Len(t, r.Of("ec2/natGateway:NatGateway"), len(tables))
	endpoint := r.One(t, "VpcEndpoint", "modelferry-s3")
	require.Equal(t, "com.amazonaws.eu-west-1.s3", endpoint.At("serviceName"))
	require.Equal(t, "Gateway", endpoint.At("vpcEndpointType"))
	require.Len(t, endpoint.At("routeTableIds"), len(tables), "each private subnet reaches S3 beside the NAT")
	for table := range tables {
		require.Contains(t, endpoint.At("routeTableIds"), table+"-id")
	}
}

func TestNetworkOnEKSSpansThreeZonesWithOneNAT(t *testing.T) {
	requireNetworkOnEKS(t, stacktest.Up(t, "eks", nil), func(int) (string, string) { return "modelferry", "modelferry-private" })
}

func TestNetworkOnEKSMayHaveANATAZone(t *testing.T) {
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.network.natPerZone": true})
	requireNetworkOnEKS(t, r, func(zone int) (string, string) {
		number := []string{"", "-1", "-2"}[zone]
		return "modelferry" + number, "modelferry-private" + number
	})
	for k := range zonesOfEKS {
		nat := r.One(t, "ec2/natGateway:NatGateway", []string{"modelferry", "modelferry-1", "modelferry-2"}[k])
		require.Equal(t, fmt.Sprintf("modelferry-public-%d-id", k), nat.At("subnetId"), "a zone's NAT is in the zone")
	}
	// Switched on later, it adds two and takes none away.
	urns := map[string]bool{}
	for _, each := range r.All {
		urns[each.URN] = true
	}
	for _, each := range stacktest.Up(t, "eks", nil).All {
		require.True(t, urns[each.URN], "%s is gone", each)
	}
}

// In a network that the team has, the stack makes nothing; on the cluster,
// everything is the same.
func TestExistingNetwork(t *testing.T) {
	for _, p := range stacktest.Platforms {
		for _, preview := range []bool{false, true} {
			t.Run(p.Stack+map[bool]string{false: "/up", true: "/preview"}[preview], func(t *testing.T) {
				set := map[string]any{"cluster.create.network.existing": stacktest.ExistingNetworks[p.Stack]}
				r := stacktest.RunSettings(t, stacktest.Settings(t, p.Stack, set), p.Stack, preview)
				for _, each := range r.All {
					if each.Custom {
						require.NotRegexp(t, `^(gcp:compute/|aws:ec2/(vpc|subnet|route|internet|nat|eip))`, each.Type)
					}
				}
				require.Empty(t, stacktest.DiffObjects(p, p, stacktest.KubernetesObjects(stacktest.RunCommitted(t, p.Stack, preview)), stacktest.KubernetesObjects(r)))
				cluster := r.One(t, p.ClusterType, "modelferry")
				if p.Stack == "gke" {
					require.Equal(t, stacktest.ExistingNetworks["gke"]["network"], cluster.At("network"))
					require.Equal(t, stacktest.ExistingNetworks["gke"]["subnetwork"], cluster.At("subnetwork"))
					require.Equal(t, object{"clusterSecondaryRangeName": "ml-pods", "servicesSecondaryRangeName": "ml-services"}, cluster.At("ipAllocationPolicy"))
					return
				}
				require.Equal(t, stacktest.ExistingNetworks["eks"]["privateSubnets"], cluster.At("vpcConfig.subnetIds"))
				for _, nodes := range r.Of(p.NodePoolType) {
					require.Equal(t, stacktest.ExistingNetworks["eks"]["privateSubnets"], nodes.At("subnetIds"), "and no public one")
				}
			})
		}
	}
}

func TestExistingSubnetThatIsPublicIsRefused(t *testing.T) {
	s, err := configtest.RepositoryStack("eks")
	require.NoError(t, err)
	s.Set("cluster.create.network.existing", object{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", stacktest.OpenSubnet}})
	program := stack.Program{ConfigKeys: s.Keys()}
	_, err = stacktest.Run(program.RegisterResources, "eks", s, false)
	require.ErrorContains(t, err, "modelferry:cluster.create.network.existing.privateSubnets[1]: subnet-0c gives its machines public addresses: name a subnet that does not")
}
