package provider

import (
	"errors"
	"fmt"
	"strings"
)

// Verify finds names in the table that the SDK's types do not have: a slip of the pen that would otherwise show
// as an output that is never filled, or as a change that never replaces.
func (p *Package) Verify() error {
	var faults []error
	fault := func(token, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s", token, fmt.Sprintf(format, args...)))
	}
	for token, resource := range p.Resources {
		args, state := ShapeOf(resource.Args), ShapeOf(resource.State)
		for name := range resource.Outputs {
			if !state.Has(name) {
				fault(token, "output %q is not in its state%s", name, didYouMean(name, state.Names()))
			}
		}
		for _, path := range resource.Replace {
			if head, _, _ := strings.Cut(path, "."); !args.Has(head) {
				fault(token, "replacing property %q is not among its arguments%s", path, didYouMean(head, args.Names()))
			}
		}
		for _, name := range resource.Required {
			if !args.Has(name) {
				fault(token, "required property %q is not among its arguments%s", name, didYouMean(name, args.Names()))
			}
		}
		if resource.Name != "" && !args.Has(resource.Name) {
			fault(token, "name property %q is not among its arguments", resource.Name)
		}
		if resource.ID == nil {
			fault(token, "it has no id")
		}
	}
	for token, function := range p.Functions {
		result, args := ShapeOf(function.Result), ShapeOf(function.Args)
		for name := range function.Outputs {
			if !result.Has(name) {
				fault(token, "output %q is not in its result%s", name, didYouMean(name, result.Names()))
			}
		}
		for _, name := range function.Required {
			if !args.Has(name) {
				fault(token, "required property %q is not among its arguments", name)
			}
		}
	}
	return errors.Join(faults...)
}
