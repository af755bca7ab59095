package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// maxSize is far above any model, and far below where sums overflow.
const maxSize = 1 << 50

// ParseSize reads a size such as 4.1MB or 8MiB, and returns it in bytes. It
// reckons in decimals: 4.1MB is 4100000 bytes, and not one less.
func ParseSize(text string) (int64, error) {
	number, isBytes := strings.CutSuffix(strings.TrimSpace(text), "B")
	// A quantity's m is a thousandth, and its bare number is fine.
	if !isBytes && strings.TrimRight(number, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no size, such as 4.1MB or 8MiB", text)
	}
	size, err := resource.ParseQuantity(strings.TrimSpace(number))
	if err != nil || strings.HasSuffix(number, "m") || size.Sign() <= 0 || size.CmpInt64(maxSize) > 0 {
		return 0, fmt.Errorf("%q is no size, such as 4.1MB or 8MiB", text)
	}
	return size.Value(), nil
}
