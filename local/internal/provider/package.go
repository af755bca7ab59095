// Package provider implements Pulumi's provider protocol for a cloud that runs on one machine. Each cloud has a
// package (aws, gcp) with a table of its resource types. This package has what they share: validation against the
// types of the Go SDK, autonaming, diffs, computed outputs and saved records.
package provider

import (
	"context"
	"maps"
	"slices"
)

// Package holds the resource types and functions of one cloud, by token.
type Package struct {
	Name    string // as in pulumi-resource-NAME
	Version string // of the Go SDK that the samples are from
	Config  any    // a sample of the SDK's ProviderArgs
	// SharedOutputs are the outputs that many types have (project, tagsAll). A type gets those that its State has,
	// unless it computes them itself or they are inputs.
	SharedOutputs map[string]OutputFunc
	// PlannedOutputs are the outputs that a preview of a new resource knows, because the provider takes them from its
	// configuration. All others are unknown until the resource exists.
	PlannedOutputs []string
	// TrackedOutputs are those that are compared, too: the tags of a resource and of the configuration together.
	TrackedOutputs []string
	Resources      map[string]Resource
	Functions      map[string]Function
	// InputFormats and Refusals are those of the resource types, by token. Quotas are those of an account.
	InputFormats map[string][]InputFormat
	Refusals     map[string]Refusals
	Quotas       []Quota
}

// AddServerSet adds the properties that the cloud sets to the resource types, and the reasons of types without any.
func (p *Package) AddServerSet(properties map[string]map[string]ServerSetProperty, reasons map[string]string) {
	for token, resource := range p.Resources {
		resource.ServerSet, resource.NothingServerSet = properties[token], reasons[token]
		p.Resources[token] = resource
	}
}

// OutputFunc computes an output from the properties of a Request. If it reads an unknown one, in a preview, the output
// is unknown too. It reports an error with Request.Errorf.
type OutputFunc func(*Request) any

// Resource is a resource type. Args, State and ID are required.
type Resource struct {
	Args, State    any      // samples of the SDK's types, e.g. storage.BucketArgs{}, storage.BucketState{}
	RequiredInputs []string // required lists, maps and unions: reflection does not show that they are required
	// Enums are the values that the cloud's provider accepts, by dotted path. It refuses others before the cloud does.
	Enums            map[string][]string
	NameProperty     string   // the input with the resource's name in the cloud; autonamed if it is not set
	ReplaceOnChanges []string // property paths: a change at or below one requires a replacement
	ID               OutputFunc
	Outputs          map[string]OutputFunc
	// ServerSet are the properties that the cloud sets, by their dotted paths. NothingServerSet is the reason why there
	// are none.
	ServerSet        map[string]ServerSetProperty
	NothingServerSet string
	// Create, Update and Delete are called in a local cloud only, after the check, with all outputs computed.
	// Exists reports in a refresh whether the resource still exists.
	Create, Update, Delete func(context.Context, *Request) error
	Exists                 func(context.Context, *Request) (bool, error)
	// Reconcile runs after the record was saved or removed, for effects that depend on several records.
	Reconcile func(context.Context, *Request) error
}

// Function is a function that programs invoke.
type Function struct {
	Args, Result   any
	RequiredInputs []string
	Outputs        map[string]OutputFunc // in addition to the arguments, which are returned too
}

func (p *Package) isPlanned(output string) bool {
	return slices.Contains(p.PlannedOutputs, output) || slices.Contains(p.TrackedOutputs, output)
}

func (p *Package) resourceTokens() []string { return slices.Sorted(maps.Keys(p.Resources)) }
func (p *Package) functionTokens() []string { return slices.Sorted(maps.Keys(p.Functions)) }

// ConstOutput returns an output that is always v.
func ConstOutput(v any) OutputFunc { return func(*Request) any { return v } }

// InputOr returns an output with the value of the input at path, or with fallback if that is not set.
func InputOr(path string, fallback OutputFunc) OutputFunc {
	return func(r *Request) any {
		if v := r.Get(path); v != nil || r.readUnknown {
			return v
		}
		return fallback(r)
	}
}
