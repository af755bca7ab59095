package config

import (
	"fmt"
	"net/netip"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateCIDR checks an address range. Its host bits have to be zero.
func validateCIDR(fldPath *field.Path, value string) field.ErrorList {
	if prefix, err := netip.ParsePrefix(value); err != nil || prefix.Masked() != prefix {
		return field.ErrorList{field.Invalid(fldPath, value, "must be an address range in CIDR notation, such as 10.0.0.0/16")}
	}
	return nil
}

// validateRestrictedCIDR checks an address range that must not contain every address. exposed names what would be open
// to everyone.
func validateRestrictedCIDR(fldPath *field.Path, value, exposed string) field.ErrorList {
	if prefix, err := netip.ParsePrefix(value); err == nil && prefix.Bits() == 0 {
		return field.ErrorList{field.Forbidden(fldPath, fmt.Sprintf("%s opens %s to everyone: set narrower ranges", value, exposed))}
	}
	return validateCIDR(fldPath, value)
}

// addressRange is an IPv4 range with limits for its prefix length.
type addressRange struct {
	path             *field.Path
	value            string
	minBits, maxBits int
	example          string
	prefix           netip.Prefix
}

// validateDisjoint checks the ranges that are set, and that no two of them overlap. The clouds report an overlap only
// when part of the network exists.
func validateDisjoint(ranges []*addressRange) field.ErrorList {
	var errs field.ErrorList
	for i, r := range ranges {
		if r.value == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(r.value)
		if err != nil || !prefix.Addr().Is4() || prefix.Masked() != prefix || prefix.Bits() < r.minBits || prefix.Bits() > r.maxBits {
			size := fmt.Sprintf("/%d to /%d", r.minBits, r.maxBits)
			if r.minBits == r.maxBits {
				size = fmt.Sprintf("/%d", r.minBits)
			}
			errs = append(errs, field.Invalid(r.path, r.value, fmt.Sprintf("must be an IPv4 range of %s, such as %s", size, r.example)))
			continue
		}
		r.prefix = prefix
		for _, other := range ranges[:i] {
			if other.prefix.IsValid() && other.prefix.Overlaps(prefix) {
				errs = append(errs, field.Invalid(r.path, r.value, fmt.Sprintf("must not overlap %s (%s)", other.path, other.value)))
			}
		}
	}
	return errs
}
