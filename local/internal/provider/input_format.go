package provider

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// InputFormat is a rule of the cloud's provider for an input, which it checks in a preview too. It returns the
// provider's error for the property and its value, "" if there is none.
type InputFormat struct {
	Path  string // dotted; it applies to each element of the lists on it
	Check func(property, value string) string
}

// Length returns the check of a length in characters.
func Length(least, most int) func(property, value string) string {
	return func(property, value string) string {
		if len(value) >= least && len(value) <= most {
			return ""
		}
		return fmt.Sprintf("expected length of %s to be in the range (%d - %d), got %s", property, least, most, value)
	}
}

// Matches returns the check of a regular expression. The message has %q or %s for the value.
func Matches(pattern, message string) func(property, value string) string {
	expression := regexp.MustCompile(pattern)
	return func(property, value string) string {
		if expression.MatchString(value) {
			return ""
		}
		return fmt.Sprintf("%q ", property) + strings.NewReplacer("{value}", value).Replace(message)
	}
}

// NetworkBits returns the check of an address range and of the length of its prefix.
func NetworkBits(least, most int) func(property, value string) string {
	return func(property, value string) string {
		prefix, err := netip.ParsePrefix(value)
		switch {
		case err != nil:
			return fmt.Sprintf("expected %q to be a valid IPv4 Value, got %v: %v", property, value, err)
		case prefix.Masked() != prefix:
			return fmt.Sprintf("expected %q to contain a valid network Value, expected %v, got %v", property, prefix.Masked(), value)
		case prefix.Bits() < least || prefix.Bits() > most:
			return fmt.Sprintf("expected %q to contain a network Value with between %d and %d significant bits, got: %d",
				property, least, most, prefix.Bits())
		}
		return ""
	}
}

// checkFormats returns a failure for each input that the provider refuses. Unknown inputs are skipped.
func checkFormats(token string, props resource.PropertyMap, formats []InputFormat) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for _, format := range formats {
		for _, value := range valuesAt(resource.NewObjectProperty(props), strings.Split(format.Path, ".")) {
			if !value.IsString() {
				continue
			}
			if reason := format.Check(format.Path, value.StringValue()); reason != "" {
				failures = append(failures, plugin.CheckFailure{
					Property: resource.PropertyKey(format.Path), Reason: token + ": " + reason,
				})
			}
		}
	}
	return failures
}
