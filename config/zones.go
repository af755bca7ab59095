package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateZones checks the names of AWS availability zones. EKS needs two, and the network has ranges for three.
func validateZones(zones []string, region string, fldPath *field.Path) field.ErrorList {
	if len(zones) == 0 {
		return nil
	}
	var errs field.ErrorList
	if len(zones) < 2 || len(zones) > 3 {
		errs = append(errs, field.Invalid(fldPath, len(zones), "must be two or three zones"))
	}
	for i, zone := range zones {
		suffix, inRegion := strings.CutPrefix(zone, region)
		if region != "" && (!inRegion || len(suffix) != 1 || suffix < "a" || suffix > "z") {
			errs = append(errs, field.Invalid(fldPath.Index(i), zone,
				fmt.Sprintf("must be the name of an availability zone in %s, such as %[1]sa", region)))
		}
	}
	return append(errs, validateUnique(fldPath, zones)...)
}
