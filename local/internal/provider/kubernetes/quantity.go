package kubernetes

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	quantity "k8s.io/apimachinery/pkg/api/resource"
)

// equalQuantity reports whether two values are the same quantity: the API server rewrites 1000m to 1.
func equalQuantity(a, b resource.PropertyValue) bool {
	if a.DeepEquals(b) {
		return true
	}
	scalar := func(v resource.PropertyValue) bool { return v.IsString() || v.IsNumber() }
	if !scalar(a) || !scalar(b) {
		return false
	}
	left, err := quantity.ParseQuantity(fmt.Sprint(a.V))
	if err != nil {
		return false
	}
	right, err := quantity.ParseQuantity(fmt.Sprint(b.V))
	return err == nil && left.Cmp(right) == 0
}
