package picture

import (
	"math"
	"strconv"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// scale is a larger unit.
type scale struct {
	factor float64
	suffix string
}

// scales are those of Grafana's units, the largest first.
var scales = map[string][]scale{
	"s":           {{86400, " days"}, {3600, " h"}, {60, " min"}, {1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}},
	"bytes":       {{1 << 30, " GiB"}, {1 << 20, " MiB"}, {1 << 10, " KiB"}, {1, " B"}},
	"percentunit": {{0.01, " %"}},
	"percent":     {{1, " %"}},
	"reqps":       {{1, " req/s"}},
	"short":       {{1e9, " Bil"}, {1e6, " Mil"}, {1e3, " K"}, {1, ""}},
}

// unitOf returns the unit in which a value is written: the largest that is not above it, for 0 the one without a
// factor.
func unitOf(value float64, field dashboard.FieldConfig) scale {
	unit := scale{1, ""}
	for _, s := range scales[field.Defaults.Unit] {
		unit = s
		if math.Abs(value) >= s.factor || value == 0 && s.factor == 1 {
			break
		}
	}
	return unit
}

// formatValue returns a value in the field's unit, with three digits unless the field says how many decimals.
func formatValue(value float64, field dashboard.FieldConfig) string {
	if math.IsNaN(value) {
		return "–"
	}
	unit := unitOf(value, field)
	scaled := value / unit.factor
	if field.Defaults.Decimals != nil && unit.factor == 1 {
		return strconv.FormatFloat(scaled, 'f', *field.Defaults.Decimals, 64) + unit.suffix
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(scaled, 'g', 3, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) + unit.suffix
}
