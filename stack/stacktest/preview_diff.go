package stacktest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// DiffPreview lists where an update does otherwise than the first preview of
// the same settings said it would, each with the resource and the path. What
// only a cloud can tell may be Unknown in the preview, as a whole or in part;
// all else has to be there, and in the update nothing is unknown.
func DiffPreview(preview, update *Record) []string {
	var d previewDiff
	before, after := groupByURN(preview.Registrations), groupByURN(update.Registrations)
	for urn, registered := range before {
		if len(after[urn]) != len(registered) {
			d.add(registered[0], "", "registered %d times in the preview, %d times in the update", len(registered), len(after[urn]))
			continue
		}
		d.diffRegistration(registered[0], after[urn][0])
	}
	for urn, registered := range after {
		if len(before[urn]) == 0 {
			d.add(registered[0], "", "in the update only: nobody saw it in the preview")
		}
	}
	d.diffLists(Registration{Type: "stack"}, "outputs", preview.OutputKeys, update.OutputKeys)
	// One that waits for a value of the cloud's comes when the update has begun.
	d.diffLists(Registration{Type: "stack"}, "warnings", preview.Warnings, update.Warnings)
	slices.Sort(d)
	return d
}

type previewDiff []string

func (d *previewDiff) add(of Registration, path, format string, args ...any) {
	at := of.Type
	if of.Name != "" {
		at = of.String()
	}
	if path != "" {
		at += ": " + path
	}
	*d = append(*d, at+": "+fmt.Sprintf(format, args...))
}

func groupByURN(all []Registration) map[string][]Registration {
	found := map[string][]Registration{}
	for _, each := range all {
		found[each.URN] = append(found[each.URN], each)
	}
	return found
}

// diffRegistration compares what the engine is told of one resource.
func (d *previewDiff) diffRegistration(preview, update Registration) {
	for _, part := range []struct {
		name            string
		preview, update any
	}{
		{"type", preview.Type, update.Type},
		{"custom", preview.Custom, update.Custom},
		{"parent", preview.Parent, update.Parent},
		{"provider", preview.ProviderURN(), update.ProviderURN()},
		{"retained", preview.RetainOnDelete, update.RetainOnDelete},
		{"protected", preview.Protect, update.Protect},
		{"timeout to create", preview.CreateTimeout, update.CreateTimeout},
		{"timeout to update", preview.UpdateTimeout, update.UpdateTimeout},
	} {
		if part.preview != part.update {
			d.add(update, part.name, "%v in the preview, %v in the update", part.preview, part.update)
		}
	}
	d.diffLists(update, "ignored changes", preview.IgnoreChanges, update.IgnoreChanges)
	d.diffLists(update, "dependencies", preview.Dependencies, update.Dependencies)
	d.diffValues(update, "inputs", preview.Inputs, update.Inputs)
}

// diffLists compares two lists without their order.
func (d *previewDiff) diffLists(of Registration, path string, preview, update []string) {
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

// diffValues compares a value at a path, and all that is in it.
func (d *previewDiff) diffValues(of Registration, path string, preview, update any) {
	if preview == Unknown {
		d.requireKnown(of, path, update)
		return
	}
	switch update := update.(type) {
	case map[string]any:
		if preview, ok := preview.(map[string]any); ok {
			d.diffMaps(of, path, preview, update)
			return
		}
	case []any:
		if preview, ok := preview.([]any); ok && len(preview) == len(update) {
			for k := range update {
				d.diffValues(of, fmt.Sprintf("%s[%d]", path, k), preview[k], update[k])
			}
			return
		}
	}
	d.requireKnown(of, path, update)
	if !reflect.DeepEqual(preview, update) {
		d.add(of, path, "%v in the preview, %v in the update", preview, update)
	}
}

func (d *previewDiff) diffMaps(of Registration, path string, preview, update map[string]any) {
	d.diffLists(of, path, slices.Collect(maps.Keys(preview)), slices.Collect(maps.Keys(update)))
	for key := range preview {
		if _, ok := update[key]; ok {
			d.diffValues(of, path+"."+key, preview[key], update[key])
		}
	}
}

// requireKnown finds what is unknown in a value of the update.
func (d *previewDiff) requireKnown(of Registration, path string, update any) {
	switch update := update.(type) {
	case map[string]any:
		for key, value := range update {
			d.requireKnown(of, path+"."+key, value)
		}
	case []any:
		for k, value := range update {
			d.requireKnown(of, fmt.Sprintf("%s[%d]", path, k), value)
		}
	case string:
		if update == Unknown {
			d.add(of, path, "unknown in the update")
		}
	}
}
