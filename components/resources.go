package components

import (
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Resources are what a container asks for and may use, as Kubernetes
// quantities; an empty one is left to the cluster's defaults.
type Resources struct {
	Requests, Limits ResourceList
}

// ResourceList are Kubernetes quantities.
type ResourceList struct {
	CPU, Memory, EphemeralStorage string
}

// withStorage sets the ephemeral storage that is not set, in bytes. Where only
// one of the two is, the other gives way: Kubernetes refuses a request above its limit.
func (r Resources) withStorage(bytes int64) Resources {
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

// exceeds compares two quantities. What is none was refused with the config.
func exceeds(a, b string) bool {
	x, _ := resource.ParseQuantity(a)
	y, _ := resource.ParseQuantity(b)
	return x.Cmp(y) > 0
}

func (r Resources) requirements() *corev1.ResourceRequirementsArgs {
	return &corev1.ResourceRequirementsArgs{Requests: r.Requests.quantities(), Limits: r.Limits.quantities()}
}

func (a ResourceList) quantities() pulumi.StringMap {
	quantities := pulumi.StringMap{}
	for name, quantity := range map[string]string{"cpu": a.CPU, "memory": a.Memory, "ephemeral-storage": a.EphemeralStorage} {
		if quantity != "" {
			quantities[name] = pulumi.String(quantity)
		}
	}
	return quantities
}

// mebibytes writes a number of bytes as a quantity, rounded up.
func mebibytes(bytes int64) string {
	const mebi = 1 << 20
	return fmt.Sprintf("%sMi", strconv.FormatInt((bytes+mebi-1)/mebi, 10))
}
