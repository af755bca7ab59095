package config

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Fetcher is the init container that downloads a service's artifacts into the pod.
type Fetcher struct {
	// Image of the fetcher, with a tag or, better, a digest. make image prints it.
	Image string `json:"image" need:"required"`
	// Number of retries after a failed attempt, up to 20.
	Retries int `json:"retries" default:"3"`
	// First wait between attempts. It doubles with each attempt, with full jitter.
	Backoff time.Duration `json:"backoff" default:"10s"`
	// Timeout of the whole download.
	Timeout time.Duration `json:"timeout" default:"5m"`
	// How long to wait for an identity that is not ready yet, within the timeout. Default: that of the fetcher, 1m.
	IdentityWait *time.Duration `json:"identityWait"`
	// Number of ranges of an object that are downloaded in parallel, up to 64; 0 for the default. Default: that of
	// the fetcher.
	Parallel int `json:"parallel"`
	// Size of a range, 64KiB to 64MiB. Default: that of the fetcher.
	PartSize string `json:"partSize"`
	// CPU, memory and ephemeral storage of the init container. Default: requests of 100m and 64Mi, limits of 1 and
	// 256Mi.
	Resources ResourceRequirements `json:"resources"`
}

// The bounds that the fetcher accepts. The product of parallel ranges and
// their size is memory of the init container.
const (
	maxRetries   = 20
	maxParallel  = 64
	minPartBytes = 64 << 10
	maxPartBytes = 64 << 20
)

// SetDefaults sets resources for a download at full speed that do not raise
// the pod's requests above those of the model server.
func (x *Fetcher) SetDefaults() {
	x.Resources = ResourceRequirements{
		Requests: ResourceList{CPU: "100m", Memory: "64Mi"},
		Limits:   ResourceList{CPU: "1", Memory: "256Mi"},
	}
}

// PartSizeBytes returns the size of a range in bytes, 0 for the fetcher's default.
func (x Fetcher) PartSizeBytes() int64 {
	bytes, err := ParseSize(x.PartSize)
	if err != nil {
		return 0 // not set: a size that cannot be parsed is reported by validate
	}
	return bytes
}

// IdentityWaitOrZero returns how long to wait for an identity, 0 for the
// fetcher's default.
func (x Fetcher) IdentityWaitOrZero() time.Duration {
	if x.IdentityWait == nil {
		return 0
	}
	return *x.IdentityWait
}

func (x Fetcher) validate(fldPath *field.Path) field.ErrorList {
	errs := validateImage(fldPath.Child("image"), x.Image)
	errs = append(errs, validateBetween(fldPath.Child("retries"), x.Retries, 0, maxRetries)...)
	errs = append(errs, validateNotNegative(fldPath.Child("backoff"), x.Backoff)...)
	errs = append(errs, validatePositive(fldPath.Child("timeout"), x.Timeout)...)
	if x.IdentityWait != nil {
		errs = append(errs, validatePositive(fldPath.Child("identityWait"), *x.IdentityWait)...)
	}
	errs = append(errs, validateBetween(fldPath.Child("parallel"), x.Parallel, 0, maxParallel)...)
	if x.PartSize != "" {
		errs = append(errs, validateSize(fldPath.Child("partSize"), x.PartSize)...)
		if bytes := x.PartSizeBytes(); bytes != 0 && (bytes < minPartBytes || bytes > maxPartBytes) {
			errs = append(errs, field.Invalid(fldPath.Child("partSize"), x.PartSize,
				fmt.Sprintf("must be between %dKiB and %dMiB", minPartBytes>>10, maxPartBytes>>20)))
		}
	}
	return append(errs, x.Resources.validate(fldPath.Child("resources"))...)
}
