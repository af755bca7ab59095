package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Summary is what a run did, or would do.
type Summary struct {
	Unchanged, Created, Updated, Replaced, Deleted int
	// Steps are the changes in the order in which they were finished.
	Steps []Step
}

// Step is one change of one resource.
type Step struct {
	Op   apitype.OpType // create, update, replace, delete
	Type string         // token
	Name string         // the resource's, as in the program
	URN  string
}

// HasChanges says whether anything is not as it was.
func (s Summary) HasChanges() bool { return s.Created+s.Updated+s.Replaced+s.Deleted > 0 }

// String reads "3 created, 1 updated, 20 unchanged".
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
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

// count adds a finished step. A replacement comes as create-replacement, replace and delete-replaced: the one
// in the middle stands for all.
func (s *Summary) count(op apitype.OpType, urn resource.URN) (Step, bool) {
	step := Step{Op: op, Type: string(urn.Type()), Name: urn.Name(), URN: string(urn)}
	switch op {
	case apitype.OpSame:
		s.Unchanged++
		return step, false
	case apitype.OpCreate, apitype.OpImport:
		s.Created++
	case apitype.OpUpdate:
		s.Updated++
	case apitype.OpReplace:
		s.Replaced++
	case apitype.OpDelete:
		s.Deleted++
	default:
		return step, false
	}
	s.Steps = append(s.Steps, step)
	return step, true
}

// Add is what two runs, one after the other, did together. What stayed the
// same in the first counts only as the second left it.
func (s Summary) Add(next Summary) Summary {
	next.Created += s.Created
	next.Updated += s.Updated
	next.Replaced += s.Replaced
	next.Deleted += s.Deleted
	next.Steps = append(slices.Clone(s.Steps), next.Steps...)
	return next
}
