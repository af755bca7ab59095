package provider

import (
	"errors"
	"fmt"
	"strings"
)

// Validate finds names in the table that the SDK's types do not have: a slip of the pen that would otherwise show
// as an output that is never filled, or as a change that never replaces.
func (p *Package) Validate() error {
	var errs []error
	addError := func(token, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", token, fmt.Sprintf(format, args...)))
	}
	for token, resource := range p.Resources {
		args, state := SchemaOf(resource.Args), SchemaOf(resource.State)
		for name := range resource.Outputs {
			if !state.HasProperty(name) {
				addError(token, "output %q is not in its state%s", name, didYouMean(name, state.PropertyNames()))
			}
		}
		for _, path := range resource.ReplaceOnChanges {
			if head, _, _ := strings.Cut(path, "."); !args.HasProperty(head) {
				addError(token, "replacing property %q is not among its arguments%s", path, didYouMean(head, args.PropertyNames()))
			}
		}
		for _, name := range resource.RequiredInputs {
			if !args.HasProperty(name) {
				addError(token, "required property %q is not among its arguments%s", name, didYouMean(name, args.PropertyNames()))
			}
		}
		if resource.NameProperty != "" && !args.HasProperty(resource.NameProperty) {
			addError(token, "name property %q is not among its arguments", resource.NameProperty)
		}
		if resource.ID == nil {
			addError(token, "it has no id")
		}
	}
	for token, function := range p.Functions {
		result, args := SchemaOf(function.Result), SchemaOf(function.Args)
		for name := range function.Outputs {
			if !result.HasProperty(name) {
				addError(token, "output %q is not in its result%s", name, didYouMean(name, result.PropertyNames()))
			}
		}
		for _, name := range function.RequiredInputs {
			if !args.HasProperty(name) {
				addError(token, "required property %q is not among its arguments", name)
			}
		}
	}
	return errors.Join(errs...)
}
