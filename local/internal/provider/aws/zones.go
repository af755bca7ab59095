package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// zone is an availability zone or a Local Zone.
type zone struct{ name, id, group, optInStatus string }

// zones returns the zones of the region that the arguments of getAvailabilityZones select, sorted by name as pulumi-aws
// does. The account has opted in to a Local Zone, which comes first.
func zones(r *provider.Request) []zone {
	name := fmt.Sprint(region(r))
	prefix := zoneIDPrefix(name)
	all := []zone{{name + "-lcl-1a", prefix + "-lcl1-az1", name + "-lcl-1", "opted-in"}}
	for i, letter := range []string{"a", "b", "c", "d"} {
		all = append(all, zone{name + letter, fmt.Sprintf("%s-az%d", prefix, i+1), name, "opt-in-not-required"})
	}
	excluded, _ := r.Get("excludeZoneIds").([]any)
	statuses := optInStatuses(r)
	return slices.DeleteFunc(all, func(z zone) bool {
		return slices.Contains(excluded, any(z.id)) || statuses != nil && !slices.Contains(statuses, any(z.optInStatus))
	})
}

// zoneID returns the ID of the resource's availability zone.
func zoneID(r *provider.Request) any {
	for _, z := range zones(r) {
		if z.name == r.GetString("availabilityZone") {
			return z.id
		}
	}
	return nil
}

// optInStatuses returns the values of the filter opt-in-status, nil without it.
func optInStatuses(r *provider.Request) []any {
	filters, _ := r.Get("filters").([]any)
	for _, entry := range filters {
		filter, _ := entry.(map[string]any)
		if filter["name"] == "opt-in-status" {
			values, _ := filter["values"].([]any)
			return values
		}
	}
	return nil
}

// zoneIDPrefix returns the abbreviation of a region in zone IDs: use1 for us-east-1, apne1 for ap-northeast-1.
func zoneIDPrefix(region string) string {
	abbreviations := strings.NewReplacer("north", "n", "south", "s", "east", "e", "west", "w", "central", "c", "gov", "g", "-", "")
	return abbreviations.Replace(region)
}

// zoneOutput returns an output with one value of each zone. Equal values are listed once.
func zoneOutput(value func(zone) string) provider.OutputFunc {
	return func(r *provider.Request) any {
		list := []any{}
		for _, z := range zones(r) {
			if !slices.Contains(list, any(value(z))) {
				list = append(list, value(z))
			}
		}
		return list
	}
}
