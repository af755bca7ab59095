package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxSize is larger than any model, and so small that the sum of all sizes does not overflow.
const maxSize = 1 << 50

// ParseSize parses a size such as 4.1MB or 8MiB and returns it in bytes.
// Fractions are decimal, without rounding: 4.1MB is 4100000 bytes.
func ParseSize(text string) (int64, error) {
	number, isBytes := strings.CutSuffix(strings.TrimSpace(text), "B")
	// A Kubernetes quantity may end in m (thousandths), a size may not. A number without a unit is in bytes.
	if !isBytes && strings.TrimRight(number, "0123456789") != "" {
		return 0, invalidSize(text)
	}
	size, err := resource.ParseQuantity(strings.TrimSpace(number))
	if err != nil || strings.HasSuffix(number, "m") || size.Sign() <= 0 || size.CmpInt64(maxSize) > 0 {
		return 0, invalidSize(text)
	}
	return size.Value(), nil
}

const sizeFormat = "must be a size, such as 4.1MB or 8MiB"

func invalidSize(text string) error { return fmt.Errorf("invalid size %q: %s", text, sizeFormat) }

func validateSize(fldPath *field.Path, value string) field.ErrorList {
	if _, err := ParseSize(value); err != nil {
		return field.ErrorList{field.Invalid(fldPath, value, sizeFormat)}
	}
	return nil
}
