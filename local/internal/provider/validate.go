package provider

import (
	"errors"
	"fmt"
	"strings"
)

// Validate returns an error for each property name in the table that the SDK's types do not have. Such a typo would
// leave an output empty, or update a resource that has to be replaced.
func (p *Package) Validate() error {
	var errs []error
	addError := func(token, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", token, fmt.Sprintf(format, args...)))
	}
	for token, resource := range p.Resources {
		args, state := SchemaOf(resource.Args), SchemaOf(resource.State)
		for name := range resource.Outputs {
			if !state.HasProperty(name) {
				addError(token, "output %q is not a property of the State type%s", name, didYouMean(name, state.PropertyNames()))
			}
		}
		for _, path := range resource.ReplaceOnChanges {
			if head, _, _ := strings.Cut(path, "."); !args.HasProperty(head) {
				addError(token, "ReplaceOnChanges %q is not a property of the Args type%s", path, didYouMean(head, args.PropertyNames()))
			}
		}
		for path := range resource.Enums {
			if head, _, _ := strings.Cut(path, "."); !args.HasProperty(head) {
				addError(token, "Enums %q is not a property of the Args type%s", path, didYouMean(head, args.PropertyNames()))
			}
		}
		for path := range resource.ServerSet {
			if head, _, _ := strings.Cut(path, "."); !args.HasProperty(head) || !state.HasProperty(head) {
				addError(token, "ServerSet %q is not a property of the Args and State types%s",
					path, didYouMean(head, args.PropertyNames()))
			}
		}
		for _, name := range resource.RequiredInputs {
			if !args.HasProperty(name) {
				addError(token, "RequiredInputs %q is not a property of the Args type%s", name, didYouMean(name, args.PropertyNames()))
			}
		}
		if resource.NameProperty != "" && !args.HasProperty(resource.NameProperty) {
			addError(token, "NameProperty %q is not a property of the Args type", resource.NameProperty)
		}
		if resource.ID == nil {
			addError(token, "ID is not set")
		}
	}
	for token, function := range p.Functions {
		result, args := SchemaOf(function.Result), SchemaOf(function.Args)
		for name := range function.Outputs {
			if !result.HasProperty(name) {
				addError(token, "output %q is not a property of the Result type%s", name, didYouMean(name, result.PropertyNames()))
			}
		}
		for _, name := range function.RequiredInputs {
			if !args.HasProperty(name) {
				addError(token, "RequiredInputs %q is not a property of the Args type", name)
			}
		}
	}
	return errors.Join(errs...)
}
