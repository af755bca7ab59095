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

// keyRow is a key of the config, and what the stacks' plans show of it.
type keyRow struct {
	// path of the key, as pulumi config set --path takes it, and a value that is
	// not its default.
	path  string
	value any
	// about is the key, where a whole object has to be set for it.
	about string
	// given is what else has to be set for the key to mean anything.
	given map[string]any
	// beside are rows that are set in the same run, to save runs: none has to
	// do with another, and no two have the same value.
	beside []keyRow
	// shown is where the plans have the value, unshown why none has it: then
	// they are what they are without it.
	shown   []shown
	unshown string
	// stack that the key is for, where nothing shown says so; "" for both.
	stack string
}

// shown is a place in a stack's plan and what stands there.
type shown struct {
	stack string // "" for both
	typ   string
	name  string
	// path of the input, "" for the resource itself; or an option, in brackets.
	path string
	want any
}

// byStack is a value that is another one on each stack.
type byStack map[string]any

// holds is a part of what stands somewhere: of a text, or an element of a list.
type holds struct{ part any }

// What a resource is in a plan.
const (
	there = "there"
	gone  = "gone"
)

func key(path string, value any, shown ...shown) keyRow {
	return keyRow{path: path, value: value, shown: shown}
}

// unshown is a key that no plan shows. It is tried on both stacks.
func unshown(path string, value any, why string) keyRow {
	return keyRow{path: path, value: value, unshown: why}
}

// together sets rows in one run.
func together(rows ...keyRow) []keyRow {
	all := slices.Clone(rows)
	for k := range all {
		all[k].beside = rows
	}
	return all
}

func (k keyRow) with(given map[string]any) keyRow {
	k.given = stacktest.Merge(k.given, given)
	return k
}

func (k keyRow) of(key string) keyRow {
	k.about = key
	return k
}

func (k keyRow) only(stack string) keyRow {
	k.stack = stack
	return k
}

func onGKE(typ, name, path string, want any) shown  { return shown{"gke", typ, name, path, want} }
func onEKS(typ, name, path string, want any) shown  { return shown{"eks", typ, name, path, want} }
func onBoth(typ, name, path string, want any) shown { return shown{"", typ, name, path, want} }

// on returns a value's on a stack, as a copy: what is set below it stays there.
func on(stack string, value any) any {
	if each, ok := value.(byStack); ok {
		value = each[stack]
	}
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	copied := map[string]any{}
	for key, inner := range object {
		copied[key] = on(stack, inner)
	}
	return copied
}

// stacks are those that the key means something on.
func (k keyRow) stacks() []string {
	var all []string
	for _, p := range stacktest.Platforms {
		onIt := func(s shown) bool { return s.stack == "" || s.stack == p.Stack }
		if k.unshown != "" && (k.stack == "" || k.stack == p.Stack) || slices.ContainsFunc(k.shown, onIt) {
			all = append(all, p.Stack)
		}
	}
	return all
}

// settings returns a stack's without the key, and with it. Live are
// bankchurn and what the row names: with all services the runs would take long.
func (k keyRow) settings(t *testing.T, stack string) (without, with configtest.Settings) {
	t.Helper()
	set := func() configtest.Settings {
		s := stacktest.Settings(t, stack, nil)
		for _, each := range stacktest.Services[1:] {
			if !strings.Contains(fmt.Sprint(k), each.Name) {
				s.Set("releases."+each.Name, nil)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(k.given)) { // what is above before what is below
			s.Set(path, on(stack, k.given[path]))
		}
		return s
	}
	without, with = set(), set()
	for _, row := range append(slices.Clone(k.beside), k) {
		if slices.Contains(row.stacks(), stack) {
			with.Set(row.path, on(stack, row.value))
		}
	}
	return without, with
}

// isOf tells whether the row is about a key, in which NAME is what a person
// names. Below a key of texts by name there is one more.
func (k keyRow) isOf(key string) bool {
	parts, at := strings.Split(key, "."), strings.Split(cmp.Or(k.about, k.path), ".")
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

// faults returns what the plans of a stack without the key and with it do not
// show as the row says.
func (k keyRow) faults(stack string, without, with *stacktest.Record) []string {
	var all []string
	if k.unshown != "" {
		return changed(without, with)
	}
	for _, s := range k.shown {
		if s.stack != "" && s.stack != stack {
			continue
		}
		want := on(stack, s.want)
		at := strings.TrimSpace(fmt.Sprintf("%s %s %s", s.typ, s.name, s.path))
		if found := s.in(with); !shows(found, want) {
			all = append(all, fmt.Sprintf("%s: is %v, not %v", at, found, want))
		}
		if shows(s.in(without), want) {
			all = append(all, fmt.Sprintf("%s: is %v without it, too", at, want))
		}
	}
	return all
}

// in returns what stands at the place.
func (s shown) in(r *stacktest.Record) any {
	for _, each := range r.Of(s.typ) {
		if each.Name != s.name {
			continue
		}
		switch s.path {
		case "":
			return there
		case "(protected)":
			return each.Protected
		case "(retained)":
			return each.Retained
		case "(waits to create)":
			return each.CreateTimeout
		case "(waits to update)":
			return each.UpdateTimeout
		}
		return each.At(s.path)
	}
	return gone
}

// shows tells whether what stands somewhere is what has to.
func shows(found, want any) bool {
	h, ok := want.(holds)
	if !ok {
		return assert.ObjectsAreEqual(want, found)
	}
	if text, ok := found.(string); ok {
		return strings.Contains(text, h.part.(string))
	}
	list, _ := found.([]any)
	return slices.ContainsFunc(list, func(element any) bool { return assert.ObjectsAreEqual(h.part, element) })
}

// changed lists the resources that are not the same in two runs.
func changed(one, other *stacktest.Record) []string {
	texts := func(r *stacktest.Record) map[string]bool {
		all := map[string]bool{}
		for _, each := range r.All {
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
