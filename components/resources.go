package components

import (
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/modelferry/modelferry/config"
)

// withEphemeralStorage returns r with request and limit of ephemeral storage, in bytes. A value in r is kept. If only
// one of both is in r, the other is adjusted: Kubernetes refuses a request above its limit.
func withEphemeralStorage(r config.ResourceRequirements, bytes int64) config.ResourceRequirements {
	quantity := mebibytes(bytes)
	request, limit := &r.Requests.EphemeralStorage, &r.Limits.EphemeralStorage
	if *request == "" {
		*request = quantity
		if *limit != "" && exceeds(quantity, *limit) {
			*request = *limit
		}
	}
	if *limit == "" {
		*limit = quantity
		if exceeds(*request, quantity) {
			*limit = *request
		}
	}
	return r
}

// exceeds reports whether the quantity a is greater than b. Both are valid: the config is validated.
func exceeds(a, b string) bool {
	x, _ := resource.ParseQuantity(a)
	y, _ := resource.ParseQuantity(b)
	return x.Cmp(y) > 0
}

// requirements returns r as a container's resources.
func requirements(r config.ResourceRequirements) *corev1.ResourceRequirementsArgs {
	return &corev1.ResourceRequirementsArgs{Requests: quantities(r.Requests), Limits: quantities(r.Limits)}
}

// quantities returns the list without empty quantities.
func quantities(list config.ResourceList) pulumi.StringMap {
	quantities := pulumi.StringMap{}
	for name, quantity := range map[string]string{
		"cpu": list.CPU, "memory": list.Memory, "ephemeral-storage": list.EphemeralStorage,
	} {
		if quantity != "" {
			quantities[name] = pulumi.String(quantity)
		}
	}
	return quantities
}

// mebibytes returns a number of bytes as a quantity, rounded up.
func mebibytes(bytes int64) string {
	const mebi = 1 << 20
	return fmt.Sprintf("%sMi", strconv.FormatInt((bytes+mebi-1)/mebi, 10))
}
