package eks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// maxZoneCount is the maximum number of availability zones of a network, and the number without a list of zones.
const maxZoneCount = 3

// unsupportedZoneIDs are the IDs of availability zones whose subnets EKS refuses. An ID is the same zone in every
// account, a name is not.
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
var unsupportedZoneIDs = []string{"use1-az3", "usw1-az2", "cac1-az3"}

// zoneCount is the number of zones of the network.
func (a *NetworkArgs) zoneCount() int {
	if len(a.Zones) > 0 {
		return len(a.Zones)
	}
	return maxZoneCount
}

// zoneNames returns the names of the network's zones. It fails if a zone of the list cannot have nodes of EKS, or if
// there is no list and the region has fewer than three zones.
func (a *NetworkArgs) zoneNames(ctx *pulumi.Context, opts ...pulumi.InvokeOption) pulumi.StringArrayOutput {
	available := aws.GetAvailabilityZonesOutput(ctx, aws.GetAvailabilityZonesOutputArgs{
		State: pulumi.String("available"),
		// Local Zones that the account has opted in to come first in the list, since a hyphen sorts before a letter:
		// us-east-1-atl-1a, us-east-1a.
		Filters: aws.GetAvailabilityZonesFilterArray{&aws.GetAvailabilityZonesFilterArgs{
			Name: pulumi.String("opt-in-status"), Values: pulumi.ToStringArray([]string{"opt-in-not-required"}),
		}},
		ExcludeZoneIds: pulumi.ToStringArray(unsupportedZoneIDs),
	}, opts...).Names()
	return available.ApplyT(func(names []string) ([]string, error) {
		return SelectZones(a.Region, a.Zones, names)
	}).(pulumi.StringArrayOutput)
}

// SelectZones returns the zones of a network: the configured ones, or the first three available ones.
func SelectZones(region string, configured, available []string) ([]string, error) {
	const key = "modelferry:cluster.create.network.zones"
	for i, zone := range configured {
		if !slices.Contains(available, zone) {
			return nil, fmt.Errorf("%s[%d]: invalid zone %q: must be one of %s, the zones of EKS in %s",
				key, i, zone, strings.Join(available, ", "), region)
		}
	}
	if len(configured) > 0 {
		return configured, nil
	}
	if len(available) < maxZoneCount {
		return nil, fmt.Errorf("%s: must be set to two zones: %s has fewer than three for EKS: %s",
			key, region, strings.Join(available, ", "))
	}
	return available[:maxZoneCount], nil
}

// ignoreZoneChanges keeps the zones of subnets that exist. The region's list changes when a zone is added, and another
// zone would replace the subnet. A configured zone is not ignored.
func (a *NetworkArgs) ignoreZoneChanges() pulumi.ResourceOption {
	if len(a.Zones) > 0 {
		return pulumi.IgnoreChanges(nil)
	}
	return pulumi.IgnoreChanges([]string{"availabilityZone"})
}
