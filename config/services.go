package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateServices checks each service, and that no two services share a value that has to be unique. validateReleases
// checks a service together with its release.
func validateServices(services map[string]Service, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	deployments, serviceNames, paths := uniqueValues{}, uniqueValues{}, uniqueValues{}
	for _, name := range sortedKeys(services) {
		s, fldPath := services[name], fldPath.Child(name)
		errs = append(errs, validateDNSLabel(fldPath, name)...)
		errs = append(errs, validateDNSLabel(fldPath.Child("deployment"), s.Deployment)...)
		if len(validation.IsDNS1035Label(s.Service)) > 0 {
			errs = append(errs, field.Invalid(fldPath.Child("service"), s.Service,
				"must be a letter, then up to 62 lower case letters, digits and hyphens"))
		}
		errs = append(errs, deployments.add(fldPath.Child("deployment"), s.Deployment)...)
		errs = append(errs, serviceNames.add(fldPath.Child("service"), s.Service)...)
		errs = append(errs, paths.add(fldPath.Child("path"), s.Path)...)
		errs = append(errs, s.validate(fldPath)...)
	}
	return append(errs, validateDisjointPrefixes(services, fldPath)...)
}

// uniqueValues are the values of a key that has to be unique, with the path of each value.
type uniqueValues map[string]*field.Path

func (u uniqueValues) add(fldPath *field.Path, value string) field.ErrorList {
	if other, taken := u[value]; taken {
		return field.ErrorList{duplicate(fldPath, value, fmt.Sprintf("already in %s: each service needs its own", other))}
	}
	u[value] = fldPath
	return nil
}

// prefixPattern matches prefixes without the characters *, ? and $. In an IAM policy, these are wildcards and
// variables, which would widen the grant.
var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

func validatePrefix(fldPath *field.Path, prefix string) field.ErrorList {
	if strings.HasSuffix(prefix, "/") && isObjectKey(strings.TrimSuffix(prefix, "/")) && prefixPattern.MatchString(prefix) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, prefix, "must have the form FOLDER/, with letters, digits and . _ - / only")}
}

// validateDisjointPrefixes rejects a prefix that begins with the prefix of another service. The prefixes are sorted, so
// that those that begin with a given prefix follow it directly. This avoids comparing every pair.
func validateDisjointPrefixes(services map[string]Service, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := sortedKeys(services)
	prefix := func(name string) string { return services[name].Prefix }
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(prefix(a), prefix(b)) })
	var enclosing []string // services whose prefix the next prefix may begin with
	for _, name := range names {
		for len(enclosing) > 0 && !strings.HasPrefix(prefix(name), prefix(enclosing[len(enclosing)-1])) {
			enclosing = enclosing[:len(enclosing)-1]
		}
		for _, outer := range enclosing {
			first, second := min(outer, name), max(outer, name)
			errs = append(errs, field.Invalid(fldPath.Child(second, "prefix"), prefix(second),
				fmt.Sprintf("must not overlap %s (%s): each service needs its own", fldPath.Child(first, "prefix"), prefix(first))))
		}
		enclosing = append(enclosing, name)
	}
	return errs
}
