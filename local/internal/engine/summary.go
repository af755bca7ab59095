package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Summary counts the changes of an operation.
type Summary struct {
	Unchanged, Created, Updated, Replaced, Deleted int
	// Steps are the changes in the order of their completion.
	Steps []Step
	// Warnings of the program and the providers.
	Warnings []string

	// deletedFirst are the resources that were deleted because another one, on which they depend, is deleted before its
	// replacement is created. Most are then replaced, too.
	deletedFirst []Step
}

// Step is a change of a resource.
type Step struct {
	Op   apitype.OpType // create, update, replace, delete
	Type string         // type token
	Name string         // the resource's name in the program
	URN  string
	// Old and New are the resource's states before and after, without secrets. Old is nil for a new resource, and New for
	// one that is deleted.
	Old, New *apitype.StepEventStateMetadata
	// Diff has the properties that change, by their paths. It is nil if the provider does not name them.
	Diff map[string]apitype.PropertyDiff
	// ReplaceKeys are the properties that require a replacement, or ReplacedProvider. There are none if the resource is
	// deleted because another one, on which it depends, is deleted first.
	ReplaceKeys []string
	// Protected is whether the engine refuses the change because the resource is protected. Only Baseline.Preview sets it.
	Protected bool
}

// Kind returns the last part of the type token: Deployment for kubernetes:apps/v1:Deployment.
func (s Step) Kind() string { return typeName(s.Type) }

// ReplacedProvider is the key for the replacement of a resource because its provider is replaced: its cluster.
const ReplacedProvider = "provider"

// HasChanges reports whether there is any change.
func (s Summary) HasChanges() bool { return s.Created+s.Updated+s.Replaced+s.Deleted > 0 }

// String returns, for example, "3 created, 1 updated, 20 unchanged".
func (s Summary) String() string {
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{
		{s.Created, "created"}, {s.Updated, "updated"}, {s.Replaced, "replaced"}, {s.Deleted, "deleted"}, {s.Unchanged, "unchanged"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	if len(parts) == 0 {
		return "no resources"
	}
	return strings.Join(parts, ", ")
}

// count adds a completed step and reports whether it is a change. Of the three steps of a replacement
// (create-replacement, replace, delete-replaced) it counts replace only.
func (s *Summary) count(event apitype.StepEventMetadata) (Step, bool) {
	op, urn := event.Op, resource.URN(event.URN)
	step := Step{
		Op: op, Type: string(urn.Type()), Name: urn.Name(), URN: string(urn),
		Old: event.Old, New: event.New, Diff: event.DetailedDiff, ReplaceKeys: event.Keys,
	}
	if op == apitype.OpDeleteReplaced {
		step.Op = apitype.OpDelete
		s.deletedFirst = append(s.deletedFirst, step)
	}
	counter, ok := map[apitype.OpType]*int{
		apitype.OpSame:   &s.Unchanged,
		apitype.OpCreate: &s.Created, apitype.OpImport: &s.Created,
		apitype.OpUpdate: &s.Updated, apitype.OpReplace: &s.Replaced, apitype.OpDelete: &s.Deleted,
	}[op]
	if ok {
		*counter++
	}
	if !ok || op == apitype.OpSame {
		return step, false
	}
	s.Steps = append(s.Steps, step)
	return step, true
}

// addDeletedFirst adds the resources in deletedFirst that are not replaced: the program no longer has them.
func (s *Summary) addDeletedFirst() {
	for _, deleted := range s.deletedFirst {
		if !slices.ContainsFunc(s.Steps, func(step Step) bool { return step.URN == deleted.URN }) {
			s.Deleted++
			s.Steps = append(s.Steps, deleted)
		}
	}
	s.deletedFirst = nil
}

// Add returns the summary of two consecutive operations. The unchanged resources are those of the second one.
func (s Summary) Add(next Summary) Summary {
	next.Created += s.Created
	next.Updated += s.Updated
	next.Replaced += s.Replaced
	next.Deleted += s.Deleted
	next.Steps = append(slices.Clone(s.Steps), next.Steps...)
	next.Warnings = append(slices.Clone(s.Warnings), next.Warnings...)
	return next
}
