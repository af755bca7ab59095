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

// row is a key of the config, and what the stacks' plans show of it.
type row struct {
	// path of the key, as pulumi config set --path takes it, and a value that is
	// not its default.
	path  string
	value any
	// key is the key, where a whole object has to be set for it.
	key string
	// prerequisites is what else has to be set for the key to mean anything.
	prerequisites map[string]any
	// batch are rows that are set in the same run, to save runs: none has to
	// do with another, and no two have the same value.
	batch []row
	// expected is where the plans have the value, unshown why none has it: then
	// they are what they are without it.
	expected     []expectInput
	noDiffReason string
	// stack that the key is for, where nothing shown says so; "" for both.
	stack string
}

// expectInput is a place in a stack's plan and what stands there.
type expectInput struct {
	stack string // "" for both
	typ   string
	name  string
	// path of the input, "" for the resource itself; or an option, in brackets.
	path string
	want any
}

// byStack is a value that is another one on each stack.
type byStack map[string]any

// contains is a part of what stands somewhere: of a text, or an element of a list.
type contains struct{ part any }

// What a resource is in a plan.
const (
	present = "there"
	absent  = "gone"
)

func newRow(path string, value any, shown ...expectInput) row {
	return row{path: path, value: value, expected: shown}
}

// expectNoDiff is a key that no plan shows. It is tried on both stacks.
func expectNoDiff(path string, value any, why string) row {
	return row{path: path, value: value, noDiffReason: why}
}

// batch sets rows in one run.
func batch(rows ...row) []row {
	all := slices.Clone(rows)
	for k := range all {
		all[k].batch = rows
	}
	return all
}

func (k row) withPrerequisites(given map[string]any) row {
	k.prerequisites = stacktest.Merge(k.prerequisites, given)
	return k
}

func (k row) forKey(key string) row {
	k.key = key
	return k
}

func (k row) onlyOn(stack string) row {
	k.stack = stack
	return k
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

// valueFor returns a value's on a stack, as a copy: what is set below it stays there.
func valueFor(stack string, value any) any {
	if each, ok := value.(byStack); ok {
		value = each[stack]
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	copied := map[string]any{}
	for key, inner := range object {
		copied[key] = valueFor(stack, inner)
	}
	return copied
}

// stacks are those that the key means something on.
func (k row) stacks() []string {
	var all []string
	for _, p := range stacktest.Platforms {
		onIt := func(s expectInput) bool { return s.stack == "" || s.stack == p.Stack }
		if k.noDiffReason != "" && (k.stack == "" || k.stack == p.Stack) || slices.ContainsFunc(k.expected, onIt) {
			all = append(all, p.Stack)
		}
	}
	return all
}

// settings returns a stack's without the key, and with it. Live are
// bankchurn and what the row names: with all services the runs would take long.
func (k row) settings(t *testing.T, stack string) (without, with configtest.Settings) {
	t.Helper()
	set := func() configtest.Settings {
		s := stacktest.Settings(t, stack, nil)
		for _, each := range stacktest.Services[1:] {
			if !strings.Contains(fmt.Sprint(k), each.Name) {
				s.Set("releases."+each.Name, nil)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(k.prerequisites)) { // what is above before what is below
			s.Set(path, valueFor(stack, k.prerequisites[path]))
		}
		return s
	}
	without, with = set(), set()
	for _, row := range append(slices.Clone(k.batch), k) {
		if slices.Contains(row.stacks(), stack) {
			with.Set(row.path, valueFor(stack, row.value))
		}
	}
	return without, with
}

// covers tells whether the row is about a key, in which NAME is what a person
// names. Below a key of texts by name there is one more.
func (k row) covers(key string) bool {
	parts, at := strings.Split(key, "."), strings.Split(cmp.Or(k.key, k.path), ".")
	if len(at) < len(parts) {
		return false
	}
	for i, part := range parts {
		if part != at[i] && part != "NAME" {
			return false
		}
	}
	return true
}

// mismatches returns what the plans of a stack without the key and with it do not
// show as the row says.
func (k row) mismatches(stack string, without, with *stacktest.Record) []string {
	var all []string
	if k.noDiffReason != "" {
		return changedResources(without, with)
	}
	for _, s := range k.expected {
		if s.stack != "" && s.stack != stack {
			continue
		}
		want := valueFor(stack, s.want)
		at := strings.TrimSpace(fmt.Sprintf("%s %s %s", s.typ, s.name, s.path))
		if found := s.actual(with); !matches(found, want) {
			all = append(all, fmt.Sprintf("%s: is %v, not %v", at, found, want))
		}
		if matches(s.actual(without), want) {
			all = append(all, fmt.Sprintf("%s: is %v without it, too", at, want))
		}
	}
	return all
}

// actual returns what stands at the place.
func (s expectInput) actual(r *stacktest.Record) any {
	for _, each := range r.ByType(s.typ) {
		if each.Name != s.name {
			continue
		}
		switch s.path {
		case "":
			return present
		case "(protected)":
			return each.Protect
		case "(retained)":
			return each.RetainOnDelete
		case "(waits to create)":
			return each.CreateTimeout
		case "(waits to update)":
			return each.UpdateTimeout
		}
		return each.Input(s.path)
	}
	return absent
}

// matches tells whether what stands somewhere is what has to.
func matches(found, want any) bool {
	h, ok := want.(contains)
	if !ok {
		return assert.ObjectsAreEqual(want, found)
	}
	if text, ok := found.(string); ok {
		return strings.Contains(text, h.part.(string))
	}
	list, _ := found.([]any)
	return slices.ContainsFunc(list, func(element any) bool { return assert.ObjectsAreEqual(h.part, element) })
}

// changedResources lists the resources that are not the same in two runs.
func changedResources(one, other *stacktest.Record) []string {
	texts := func(r *stacktest.Record) map[string]bool {
		all := map[string]bool{}
		for _, each := range r.Registrations {
			each.Dependencies = slices.Sorted(slices.Values(each.Dependencies))
			text, err := json.Marshal(each)
			if err != nil {
				panic(err) // a record holds nothing that JSON cannot
			}
			all[each.String()+": "+string(text)] = true
		}
		return all
	}
	a, b := texts(one), texts(other)
	var all []string
	for _, text := range stacktest.UnionKeys(a, b) {
		if name, _, _ := strings.Cut(text, ": "); !a[text] || !b[text] {
			all = append(all, name+": is another one")
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
