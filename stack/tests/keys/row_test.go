// Package keys tests that each key of the config reaches the plan.
package keys

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

// row is a key of the config with the differences that it makes to the plans of the stacks.
type row struct {
	// path of the value to set, in the syntax of pulumi config set --path, and a value that is not the default.
	path  string
	value any
	// key is the tested key if path is an object that contains it, otherwise empty.
	key string
	// prerequisites are values that have to be set for the key to have an effect.
	prerequisites map[string]any
	// batch are the rows whose values are set in the same run, which saves time. They must not affect each other, and
	// have different values.
	batch []row
	// expected are the inputs that change to the value. noDiffReason is why the key does not change the plans.
	expected     []expectInput
	noDiffReason string
	// stack limits a row without expected inputs to one stack, "" for both.
	stack string
}

// expectInput is an input in a plan with its expected value.
type expectInput struct {
	stack string // "" for both
	typ   string
	name  string
	// path of the input, "" for the resource itself, or a resource option in parentheses.
	path string
	want any
}

// byStack is a value that differs by stack.
type byStack map[string]any

// contains is an expected value that matches a string with the part, or a list with it as an element.
type contains struct{ part any }

// Expected values if the path is empty.
const (
	present = "present"
	absent  = "absent"
)

func newRow(path string, value any, expected ...expectInput) row {
	return row{path: path, value: value, expected: expected}
}

// expectNoDiff returns a row for a key that does not change the plans.
func expectNoDiff(path string, value any, reason string) row {
	return row{path: path, value: value, noDiffReason: reason}
}

// batch returns rows whose values are set in the same run.
func batch(rows ...row) []row {
	batched := slices.Clone(rows)
	for i := range batched {
		batched[i].batch = rows
	}
	return batched
}

func (r row) withPrerequisites(set map[string]any) row {
	r.prerequisites = stacktest.Merge(r.prerequisites, set)
	return r
}

func (r row) forKey(key string) row {
	r.key = key
	return r
}

func (r row) onlyOn(stack string) row {
	r.stack = stack
	return r
}

func gkeInput(typ, name, path string, want any) expectInput {
	return expectInput{"gke", typ, name, path, want}
}
func eksInput(typ, name, path string, want any) expectInput {
	return expectInput{"eks", typ, name, path, want}
}
func bothInput(typ, name, path string, want any) expectInput {
	return expectInput{"", typ, name, path, want}
}

// valueFor returns the value for a stack. Objects are copied, because Settings.Set changes them.
func valueFor(stack string, value any) any {
	if values, ok := value.(byStack); ok {
		value = values[stack]
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	copied := map[string]any{}
	for key, element := range object {
		copied[key] = valueFor(stack, element)
	}
	return copied
}

// stacks returns the stacks on which the key has an effect.
func (r row) stacks() []string {
	var stacks []string
	for _, p := range stacktest.Platforms {
		appliesTo := func(e expectInput) bool { return e.stack == "" || e.stack == p.Stack }
		if r.noDiffReason != "" && (r.stack == "" || r.stack == p.Stack) || slices.ContainsFunc(r.expected, appliesTo) {
			stacks = append(stacks, p.Stack)
		}
	}
	return stacks
}

// settings returns the settings of a stack without and with the key. To save time, only bankchurn and the services
// that the row mentions are released.
func (r row) settings(t *testing.T, stack string) (without, with configtest.Settings) {
	t.Helper()
	base := func() configtest.Settings {
		s := stacktest.Settings(t, stack, nil)
		for _, service := range stacktest.Services[1:] {
			if !strings.Contains(fmt.Sprint(r), service.Name) {
				s.Set("releases."+service.Name, nil)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(r.prerequisites)) { // objects before the keys in them
			s.Set(path, valueFor(stack, r.prerequisites[path]))
		}
		return s
	}
	without, with = base(), base()
	for _, row := range append(slices.Clone(r.batch), r) {
		if slices.Contains(row.stacks(), stack) {
			with.Set(row.path, valueFor(stack, row.value))
		}
	}
	return without, with
}

// covers reports whether the row tests a key. NAME in the key stands for any name. The row's path may be longer than
// the key, because a map of strings is a single key.
func (r row) covers(key string) bool {
	parts, rowParts := strings.Split(key, "."), strings.Split(cmp.Or(r.key, r.path), ".")
	if len(rowParts) < len(parts) {
		return false
	}
	for i, part := range parts {
		if part != rowParts[i] && part != "NAME" {
			return false
		}
	}
	return true
}

// mismatches compares the runs of a stack without and with the key and returns what is not as the row expects.
func (r row) mismatches(stack string, without, with *stacktest.Record) []string {
	var mismatches []string
	if r.noDiffReason != "" {
		return changedResources(without, with)
	}
	for _, e := range r.expected {
		if e.stack != "" && e.stack != stack {
			continue
		}
		want := valueFor(stack, e.want)
		location := strings.TrimSpace(fmt.Sprintf("%s %s %s", e.typ, e.name, e.path))
		if got := e.actual(with); !matches(got, want) {
			mismatches = append(mismatches, fmt.Sprintf("%s: got %v, want %v", location, got, want))
		}
		if matches(e.actual(without), want) {
			mismatches = append(mismatches, fmt.Sprintf("%s: %v without the key, too", location, want))
		}
	}
	return mismatches
}

// actual returns the value in a run.
func (e expectInput) actual(r *stacktest.Record) any {
	for _, registration := range r.ByType(e.typ) {
		if registration.Name != e.name {
			continue
		}
		switch e.path {
		case "":
			return present
		case "(protect)":
			return registration.Protect
		case "(retainOnDelete)":
			return registration.RetainOnDelete
		case "(create timeout)":
			return registration.CreateTimeout
		case "(update timeout)":
			return registration.UpdateTimeout
		}
		return registration.Input(e.path)
	}
	return absent
}

// matches reports whether a value is the expected one.
func matches(got, want any) bool {
	expected, ok := want.(contains)
	if !ok {
		return assert.ObjectsAreEqual(want, got)
	}
	if text, ok := got.(string); ok {
		return strings.Contains(text, expected.part.(string))
	}
	list, _ := got.([]any)
	return slices.ContainsFunc(list, func(element any) bool { return assert.ObjectsAreEqual(expected.part, element) })
}

// changedResources returns the resources that differ between two runs.
func changedResources(a, b *stacktest.Record) []string {
	marshal := func(r *stacktest.Record) map[string]bool {
		set := map[string]bool{}
		for _, registration := range r.Registrations {
			registration.Dependencies = slices.Sorted(slices.Values(registration.Dependencies))
			text, err := json.Marshal(registration)
			if err != nil {
				panic(err) // the inputs are JSON values
			}
			set[registration.String()+": "+string(text)] = true
		}
		return set
	}
	setA, setB := marshal(a), marshal(b)
	var changed []string
	for _, text := range stacktest.UnionKeys(setA, setB) {
		if name, _, _ := strings.Cut(text, ": "); !setA[text] || !setB[text] {
			changed = append(changed, name+": differs")
		}
	}
	slices.Sort(changed)
	return slices.Compact(changed)
}
