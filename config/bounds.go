package config

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxPort is the highest TCP port.
const maxPort = 65535

func validateAtLeast(fldPath *field.Path, value, minimum int) field.ErrorList {
	if value >= minimum {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, fmt.Sprintf("must be at least %d", minimum))}
}

func validateBetween(fldPath *field.Path, value, minimum, maximum int) field.ErrorList {
	if value >= minimum && value <= maximum {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, fmt.Sprintf("must be between %d and %d", minimum, maximum))}
}

// validateMinMax checks the keys min and max of an object: lowest <= min <= max, and 1 <= max.
func validateMinMax(fldPath *field.Path, minimum, maximum, lowest int) field.ErrorList {
	errs := validateAtLeast(fldPath.Child("min"), minimum, lowest)
	if maximum < minimum {
		return append(errs, field.Invalid(fldPath.Child("max"), maximum, fmt.Sprintf("must be at least min, %d", minimum)))
	}
	return append(errs, validateAtLeast(fldPath.Child("max"), maximum, 1)...)
}

func validatePositive(fldPath *field.Path, d time.Duration) field.ErrorList {
	if d > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, d.String(), "must be more than 0s")}
}

func validateNotNegative(fldPath *field.Path, d time.Duration) field.ErrorList {
	if d >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, d.String(), "must not be negative")}
}
