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
}

// Step is a change of a resource.
type Step struct {
	Op   apitype.OpType // create, update, replace, delete
	Type string         // type token
	Name string         // the resource's name in the program
	URN  string
}

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
func (s *Summary) count(op apitype.OpType, urn resource.URN) (Step, bool) {
	step := Step{Op: op, Type: string(urn.Type()), Name: urn.Name(), URN: string(urn)}
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

// Add returns the summary of two consecutive operations. The unchanged resources are those of the second one.
func (s Summary) Add(next Summary) Summary {
	next.Created += s.Created
	next.Updated += s.Updated
	next.Replaced += s.Replaced
	next.Deleted += s.Deleted
	next.Steps = append(slices.Clone(s.Steps), next.Steps...)
	return next
}
