package config

import (
	"cmp"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Maintenance is when GKE may upgrade the control plane and the nodes. An upgrade replaces the nodes one by one.
// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
type Maintenance struct {
	// Start of the maintenance window in UTC: HH:MM. Default: 01:00.
	Start string `json:"start"`
	// Duration of the window, 4h to 24h. The windows of four weeks need 48h together. Default: the shortest that GKE
	// accepts on these days, 4h on three days or more.
	Duration time.Duration `json:"duration"`
	// Days of the window: MO, TU, WE, TH, FR, SA, SU. Default: every day.
	Days []string `json:"days"`
	// Periods without maintenance by name, such as a season of high load.
	Exclusions map[string]MaintenanceExclusion `json:"exclusions"`
}

// MaintenanceExclusion is a period in which GKE upgrades nothing, or not everything.
type MaintenanceExclusion struct {
	// Start of the period (RFC 3339), such as 2026-12-18T00:00:00Z.
	Start string `json:"start" need:"required"`
	// End of the period (RFC 3339).
	End string `json:"end" need:"required"`
	// What is excluded: NO_UPGRADES, NO_MINOR_UPGRADES or NO_MINOR_OR_NODE_UPGRADES.
	Scope string `json:"scope" default:"NO_UPGRADES"`
}

func (m *Maintenance) setDefaults() {
	if len(m.Days) == 0 {
		m.Days = weekdays
	}
	m.Start, m.Duration = cmp.Or(m.Start, "01:00"), cmp.Or(m.Duration, max(minMaintenance, m.minDuration()))
}

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// MaintenanceStart is the layout of a window's start.
const MaintenanceStart = "15:04"

// GKE needs windows of at least 4 hours, and 48 hours of them in any 32 days, which have at least four of each weekday.
// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#considerations
const (
	minMaintenance          = 4 * time.Hour
	maxMaintenance          = 24 * time.Hour
	minMaintenanceFourWeeks = 48 * time.Hour
	// maxMaintenanceExclusions is a limit of the pinned provider, too.
	maxMaintenanceExclusions = 20
)

// ExclusionScopes returns the scopes of exclusions that the pinned provider accepts.
// resource_container_cluster.go in https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0
func ExclusionScopes() []string {
	return []string{"NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"}
}

// minDuration returns the duration at which the windows of four weeks are just long enough.
func (m Maintenance) minDuration() time.Duration {
	return minMaintenanceFourWeeks / time.Duration(4*len(m.Days))
}

func (m Maintenance) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if _, err := time.Parse(MaintenanceStart, m.Start); err != nil {
		errs = append(errs, field.Invalid(fldPath.Child("start"), m.Start, `must be a time of day in UTC, such as "01:00"`))
	}
	errs = append(errs, validateUnique(fldPath.Child("days"), m.Days)...)
	for i, day := range m.Days {
		errs = append(errs, validateSupported(fldPath.Child("days").Index(i), day, weekdays)...)
	}
	duration := fldPath.Child("duration")
	switch {
	case m.Duration < minMaintenance || m.Duration > maxMaintenance:
		errs = append(errs, field.Invalid(duration, m.Duration.String(), "must be between 4h and 24h"))
	case m.Duration%time.Minute != 0:
		errs = append(errs, field.Invalid(duration, m.Duration.String(), "must be whole minutes"))
	case m.Duration < m.minDuration():
		errs = append(errs, field.Invalid(duration, m.Duration.String(), fmt.Sprintf("must be at least %s with %d days a week: "+
			"the windows of four weeks need 48h", m.minDuration(), len(m.Days))))
	}
	exclusions := fldPath.Child("exclusions")
	if len(m.Exclusions) > maxMaintenanceExclusions {
		errs = append(errs, field.TooMany(exclusions, len(m.Exclusions), maxMaintenanceExclusions))
	}
	for _, name := range sortedKeys(m.Exclusions) {
		errs = append(errs, validatePrintable(exclusions.Child(name), name)...)
		errs = append(errs, m.Exclusions[name].validate(exclusions.Child(name))...)
	}
	return errs
}

func (e MaintenanceExclusion) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	var times []time.Time
	for _, key := range []struct{ name, value string }{{"start", e.Start}, {"end", e.End}} {
		parsed, err := time.Parse(time.RFC3339, key.value)
		switch {
		case key.value == "":
			errs = append(errs, field.Required(fldPath.Child(key.name), "must be set"))
		case err != nil:
			errs = append(errs, field.Invalid(fldPath.Child(key.name), key.value, "must be a time such as 2026-12-18T00:00:00Z"))
		default:
			times = append(times, parsed)
		}
	}
	if len(times) == 2 && !times[1].After(times[0]) {
		errs = append(errs, field.Invalid(fldPath.Child("end"), e.End, fmt.Sprintf("must be after start, %s", e.Start)))
	}
	return append(errs, validateSupported(fldPath.Child("scope"), e.Scope, ExclusionScopes())...)
}
