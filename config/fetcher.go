package config

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Fetcher is the init container that downloads a service's artifacts into the pod.
type Fetcher struct {
	// Image of the fetcher, with a digest (recommended) or a tag. The command make image prints it, and
	// sets it with STACK=.
	Image string `json:"image" need:"required"`
	// Number of retries after a failed attempt, up to 20.
	Retries int `json:"retries" default:"3"`
	// Wait before the first retry. It doubles with each retry, with full jitter.
	Backoff time.Duration `json:"backoff" default:"10s"`
	// Timeout of the download of all artifacts, including retries.
	Timeout time.Duration `json:"timeout" default:"5m"`
	// How long to wait for an identity that is not ready yet, within the timeout. Default: 1m, the fetcher's default.
	IdentityWait *time.Duration `json:"identityWait"`
	// Number of ranges of an object that are downloaded in parallel, up to 64; 0 for the default. Default: the
	// fetcher's default.
	Parallel int `json:"parallel"`
	// Size of a range, 64KiB to 64MiB. Default: the fetcher's default.
	PartSize string `json:"partSize"`
	// Limits for the content of archives.
	Archives ArchiveLimits `json:"archives"`
	// CPU, memory and ephemeral storage of the init container. Default: requests of 100m and 64Mi, limits of 1 and
	// 256Mi.
	Resources ResourceRequirements `json:"resources"`
}

// Limits that the fetcher enforces. The init container needs memory for all parallel ranges.
const (
	maxRetries   = 20
	maxParallel  = 64
	minPartBytes = 64 << 10
	maxPartBytes = 64 << 20
)

// SetDefaults sets the resources of the init container. They allow a download at full speed, and do not raise the pod's
// requests above those of the model server.
func (f *Fetcher) SetDefaults() {
	f.Resources = ResourceRequirements{
		Requests: ResourceList{CPU: "100m", Memory: "64Mi"},
		Limits:   ResourceList{CPU: "1", Memory: "256Mi"},
	}
}

// PartSizeBytes returns the size of a range in bytes, or 0 for the fetcher's default.
func (f Fetcher) PartSizeBytes() int64 {
	bytes, err := ParseSize(f.PartSize)
	if err != nil {
		return 0 // not set, or reported by validate
	}
	return bytes
}

// IdentityWaitOrZero returns how long to wait for an identity, or 0 for the fetcher's default.
func (f Fetcher) IdentityWaitOrZero() time.Duration {
	if f.IdentityWait == nil {
		return 0
	}
	return *f.IdentityWait
}

func (f Fetcher) validate(fldPath *field.Path) field.ErrorList {
	errs := validateImage(fldPath.Child("image"), f.Image)
	errs = append(errs, validateBetween(fldPath.Child("retries"), f.Retries, 0, maxRetries)...)
	errs = append(errs, validateNotNegative(fldPath.Child("backoff"), f.Backoff)...)
	errs = append(errs, validatePositive(fldPath.Child("timeout"), f.Timeout)...)
	if f.IdentityWait != nil {
		errs = append(errs, validatePositive(fldPath.Child("identityWait"), *f.IdentityWait)...)
	}
	errs = append(errs, validateBetween(fldPath.Child("parallel"), f.Parallel, 0, maxParallel)...)
	if f.PartSize != "" {
		errs = append(errs, validateSize(fldPath.Child("partSize"), f.PartSize)...)
		if bytes := f.PartSizeBytes(); bytes != 0 && (bytes < minPartBytes || bytes > maxPartBytes) {
			errs = append(errs, field.Invalid(fldPath.Child("partSize"), f.PartSize,
				fmt.Sprintf("must be between %dKiB and %dMiB", minPartBytes>>10, maxPartBytes>>20)))
		}
	}
	errs = append(errs, f.Archives.validate(fldPath.Child("archives"))...)
	return append(errs, f.Resources.validate(fldPath.Child("resources"))...)
}
