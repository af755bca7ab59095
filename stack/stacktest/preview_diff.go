package stacktest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Disagreements lists where an update does otherwise than the first preview of
// the same settings said it would, each with the resource and the path. What
// only a cloud can tell may be Unknown in the preview, as a whole or in part;
// all else has to be there, and in the update nothing is unknown.
func Disagreements(preview, update *Record) []string {
	var d disagreements
	before, after := byURN(preview.All), byURN(update.All)
	for urn, registered := range before {
		if len(after[urn]) != len(registered) {
			d.add(registered[0], "", "registered %d times in the preview, %d times in the update", len(registered), len(after[urn]))
			continue
		}
		d.compare(registered[0], after[urn][0])
	}
	for urn, registered := range after {
		if len(before[urn]) == 0 {
			d.add(registered[0], "", "in the update only: nobody saw it in the preview")
		}
	}
	d.lists(Registration{Type: "stack"}, "outputs", preview.OutputKeys, update.OutputKeys)
	// One that waits for a value of the cloud's comes when the update has begun.
	d.lists(Registration{Type: "stack"}, "warnings", preview.Warnings, update.Warnings)
	slices.Sort(d)
	return d
}

type disagreements []string

func (d *disagreements) add(of Registration, path, format string, args ...any) {
	at := of.Type
	if of.Name != "" {
		at = of.String()
	}
	if path != "" {
		at += ": " + path
	}
	*d = append(*d, at+": "+fmt.Sprintf(format, args...))
}

func byURN(all []Registration) map[string][]Registration {
	found := map[string][]Registration{}
	for _, each := range all {
		found[each.URN] = append(found[each.URN], each)
	}
	return found
}

// compare compares what the engine is told of one resource.
func (d *disagreements) compare(preview, update Registration) {
	for _, part := range []struct {
		name            string
		preview, update any
	}{
		{"type", preview.Type, update.Type},
		{"custom", preview.Custom, update.Custom},
		{"parent", preview.Parent, update.Parent},
		{"provider", preview.ProviderURN(), update.ProviderURN()},
		{"retained", preview.Retained, update.Retained},
		{"protected", preview.Protected, update.Protected},
		{"timeout to create", preview.CreateTimeout, update.CreateTimeout},
		{"timeout to update", preview.UpdateTimeout, update.UpdateTimeout},
	} {
		if part.preview != part.update {
			d.add(update, part.name, "%v in the preview, %v in the update", part.preview, part.update)
		}
	}
	d.lists(update, "ignored changes", preview.IgnoreChanges, update.IgnoreChanges)
	d.lists(update, "dependencies", preview.Dependencies, update.Dependencies)
	d.inputs(update, "inputs", preview.Inputs, update.Inputs)
}

// lists compares two lists without their order.
func (d *disagreements) lists(of Registration, path string, preview, update []string) {
	for _, only := range []struct {
		where      string
		these, not []string
	}{{"preview", preview, update}, {"update", update, preview}} {
		left := slices.Clone(only.not)
		for _, each := range only.these {
			if k := slices.Index(left, each); k >= 0 {
				left = slices.Delete(left, k, k+1)
				continue
			}
			d.add(of, path, "%s: in the %s only", each, only.where)
		}
	}
}

// inputs compares a value at a path, and all that is in it.
func (d *disagreements) inputs(of Registration, path string, preview, update any) {
	if preview == Unknown {
		d.known(of, path, update)
		return
	}
	switch update := update.(type) {
	case map[string]any:
		if preview, ok := preview.(map[string]any); ok {
			d.objects(of, path, preview, update)
			return
		}
	case []any:
		if preview, ok := preview.([]any); ok && len(preview) == len(update) {
			for k := range update {
				d.inputs(of, fmt.Sprintf("%s[%d]", path, k), preview[k], update[k])
			}
			return
		}
	}
	d.known(of, path, update)
	if !reflect.DeepEqual(preview, update) {
		d.add(of, path, "%v in the preview, %v in the update", preview, update)
	}
}

func (d *disagreements) objects(of Registration, path string, preview, update map[string]any) {
	d.lists(of, path, slices.Collect(maps.Keys(preview)), slices.Collect(maps.Keys(update)))
	for key := range preview {
		if _, ok := update[key]; ok {
			d.inputs(of, path+"."+key, preview[key], update[key])
		}
	}
}

// known finds what is unknown in a value of the update.
func (d *disagreements) known(of Registration, path string, update any) {
	switch update := update.(type) {
	case map[string]any:
		for key, value := range update {
			d.known(of, path+"."+key, value)
		}
	case []any:
		for k, value := range update {
			d.known(of, fmt.Sprintf("%s[%d]", path, k), value)
		}
	case string:
		if update == Unknown {
			d.add(of, path, "unknown in the update")
		}
	}
}
