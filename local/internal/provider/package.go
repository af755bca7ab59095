// Package provider serves Pulumi's provider protocol for a cloud that exists on one machine. A cloud's
// package (aws, gcp) is a table of resource types; what is common to all of them stands here: validation
// against the Go SDK's own types, autonaming, diffs, computed outputs, and state that outlives a run.
package provider

import (
	"context"
	"maps"
	"slices"
)

// Package is one cloud: its resource types and functions by token.
type Package struct {
	Name    string // as in pulumi-resource-NAME
	Version string // of the Go SDK whose types stand behind the tokens
	Config  any    // sample of the SDK's ProviderArgs
	// SharedOutputs computes outputs that many types have (project, tagsAll). One is used for every type whose
	// state has a property of its name and which neither computes it itself nor was given it.
	SharedOutputs map[string]OutputFunc
	Resources     map[string]Resource
	Functions     map[string]Function
}

// OutputFunc computes one output. It reads its inputs through the Request; when one of them is not known yet, in a
// preview, the output is unknown too. A fault goes to Request.Fault.
type OutputFunc func(*Request) any

// Resource is one resource type. Only Args, State and ID are needed.
type Resource struct {
	Args, State      any      // samples of the SDK's types, e.g. storage.BucketArgs{}, storage.BucketState{}
	RequiredInputs   []string // required lists, maps and unions, which reflection cannot tell from optional ones
	NameProperty     string   // the property with the cloud's name for it; drawn from the resource's when left out
	ReplaceOnChanges []string // a change below one of these paths needs a new resource
	ID               OutputFunc
	Outputs          map[string]OutputFunc
	// Create, Update and Delete act on what really stands behind the resource; they are called only with a
	// local cloud, after validation, with every output computed. Exists tells a refresh whether it is still there.
	Create, Update, Delete func(context.Context, *Request) error
	Exists                 func(context.Context, *Request) (bool, error)
	// Reconcile runs after the record was written or removed, for what follows from several records together.
	Reconcile func(context.Context, *Request) error
}

// Function is one invoke.
type Function struct {
	Args, Result   any
	RequiredInputs []string
	Outputs        map[string]OutputFunc // what the result has besides the echo of the arguments
}

func (p *Package) resourceTokens() []string { return slices.Sorted(maps.Keys(p.Resources)) }
func (p *Package) functionTokens() []string { return slices.Sorted(maps.Keys(p.Functions)) }

// ConstOutput is a Value that is always the same.
func ConstOutput(v any) OutputFunc { return func(*Request) any { return v } }

// InputOrOutput is the value, or the fallback when the input of that path was not given.
func InputOrOutput(path string, fallback OutputFunc) OutputFunc {
	return func(r *Request) any {
		if v := r.Get(path); v != nil || r.readUnknown {
			return v
		}
		return fallback(r)
	}
}
