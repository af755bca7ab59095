package gke

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// firstWindow is the date of the first maintenance window, a Monday. It is in the past, so that the policy does not
// change from one update to the next.
var firstWindow = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// maintenancePolicy returns when GKE may upgrade the cluster.
// https://cloud.google.com/kubernetes-engine/docs/how-to/maintenance-windows-and-exclusions
func maintenancePolicy(m config.Maintenance) *container.ClusterMaintenancePolicyArgs {
	timeOfDay, _ := time.Parse(config.MaintenanceStart, m.Start) // valid since Load
	start := firstWindow.Add(time.Duration(timeOfDay.Hour())*time.Hour + time.Duration(timeOfDay.Minute())*time.Minute)
	var exclusions container.ClusterMaintenancePolicyMaintenanceExclusionArray
	for _, name := range slices.Sorted(maps.Keys(m.Exclusions)) {
		exclusion := m.Exclusions[name]
		exclusions = append(exclusions, &container.ClusterMaintenancePolicyMaintenanceExclusionArgs{
			ExclusionName: pulumi.String(name), StartTime: pulumi.String(exclusion.Start), EndTime: pulumi.String(exclusion.End),
			ExclusionOptions: &container.ClusterMaintenancePolicyMaintenanceExclusionExclusionOptionsArgs{
				Scope: pulumi.String(exclusion.Scope),
			},
		})
	}
	return &container.ClusterMaintenancePolicyArgs{
		RecurringWindow: &container.ClusterMaintenancePolicyRecurringWindowArgs{
			StartTime: pulumi.String(start.Format(time.RFC3339)), EndTime: pulumi.String(start.Add(m.Duration).Format(time.RFC3339)),
			Recurrence: pulumi.String("FREQ=WEEKLY;BYDAY=" + strings.Join(m.Days, ",")),
		},
		MaintenanceExclusions: exclusions,
	}
}
