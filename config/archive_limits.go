package config

import (
	"fmt"
	"math"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ArchiveLimits restrict the content of each archive that the fetcher extracts.
type ArchiveLimits struct {
	// Number of files, folders and links in an archive. Default: the fetcher's default, 100000.
	MaxEntries int `json:"maxEntries"`
	// Size of an archive's content. Default: the fetcher's default, 16TiB.
	MaxSize string `json:"maxSize"`
	// Number of bytes that one byte of an archive may expand to. Default: the fetcher's default, 200.
	MaxRatio int `json:"maxRatio"`
	// Memory for the windows of zstd, 8MiB to 2GiB: that of zstd --long. With a higher value than the default, raise
	// fetcher.resources.limits.memory, too. Default: the fetcher's default, 128MiB.
	MaxWindow string `json:"maxWindow"`
}

// Limits that the fetcher enforces.
const (
	minWindowBytes = 8 << 20
	maxWindowBytes = 2 << 30
)

// Env returns the fetcher's variables of the limits that are set.
func (l ArchiveLimits) Env() map[string]string {
	env := map[string]string{}
	size, _ := ParseSize(l.MaxSize)     // validate reports an error
	window, _ := ParseSize(l.MaxWindow) // validate reports an error
	for key, value := range map[string]int64{
		"FETCH_ARCHIVE_MAX_ENTRIES": int64(l.MaxEntries), "FETCH_ARCHIVE_MAX_BYTES": size,
		"FETCH_ARCHIVE_MAX_RATIO": int64(l.MaxRatio), "FETCH_ARCHIVE_MAX_WINDOW": window,
	} {
		if value != 0 {
			env[key] = fmt.Sprint(value)
		}
	}
	return env
}

func (l ArchiveLimits) validate(fldPath *field.Path) field.ErrorList {
	errs := validateBetween(fldPath.Child("maxEntries"), l.MaxEntries, 0, math.MaxInt32)
	errs = append(errs, validateBetween(fldPath.Child("maxRatio"), l.MaxRatio, 0, math.MaxInt32)...)
	if l.MaxSize != "" {
		errs = append(errs, validateSize(fldPath.Child("maxSize"), l.MaxSize)...)
	}
	if l.MaxWindow != "" {
		errs = append(errs, validateSize(fldPath.Child("maxWindow"), l.MaxWindow)...)
		if bytes, err := ParseSize(l.MaxWindow); err == nil && (bytes < minWindowBytes || bytes > maxWindowBytes) {
			errs = append(errs, field.Invalid(fldPath.Child("maxWindow"), l.MaxWindow,
				fmt.Sprintf("must be between %dMiB and %dGiB", minWindowBytes>>20, maxWindowBytes>>30)))
		}
	}
	return errs
}
