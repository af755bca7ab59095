package stacktest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// DiffPreview returns the differences between the first preview and the update of a stack with the same settings,
// each with the resource and the path. A value may be Unknown in the preview, as a whole or in part. Everything else
// has to be equal, and nothing may be Unknown in the update.
func DiffPreview(preview, update *Record) []string {
	var diff previewDiff
	inPreview, inUpdate := groupByURN(preview.Registrations), groupByURN(update.Registrations)
	for urn, registrations := range inPreview {
		if len(inUpdate[urn]) != len(registrations) {
			diff.add(registrations[0], "", "registered %d times in the preview, %d times in the update", len(registrations),
				len(inUpdate[urn]))
			continue
		}
		diff.diffRegistration(registrations[0], inUpdate[urn][0])
	}
	for urn, registrations := range inUpdate {
		if len(inPreview[urn]) == 0 {
			diff.add(registrations[0], "", "in the update only")
		}
	}
	diff.diffLists(Registration{Type: "stack"}, "outputs", preview.OutputKeys, update.OutputKeys)
	// A warning that depends on a computed value would be logged when the update has begun, which is too late.
	diff.diffLists(Registration{Type: "stack"}, "warnings", preview.Warnings, update.Warnings)
	slices.Sort(diff)
	return diff
}

type previewDiff []string

func (d *previewDiff) add(registration Registration, path, format string, args ...any) {
	location := registration.Type
	if registration.Name != "" {
		location = registration.String()
	}
	if path != "" {
		location += ": " + path
	}
	*d = append(*d, location+": "+fmt.Sprintf(format, args...))
}

func groupByURN(registrations []Registration) map[string][]Registration {
	groups := map[string][]Registration{}
	for _, registration := range registrations {
		groups[registration.URN] = append(groups[registration.URN], registration)
	}
	return groups
}

// diffRegistration compares the options and inputs of a resource.
func (d *previewDiff) diffRegistration(preview, update Registration) {
	for _, field := range []struct {
		name            string
		preview, update any
	}{
		{"type", preview.Type, update.Type},
		{"custom", preview.Custom, update.Custom},
		{"parent", preview.Parent, update.Parent},
		{"provider", preview.ProviderURN(), update.ProviderURN()},
		{"retainOnDelete", preview.RetainOnDelete, update.RetainOnDelete},
		{"protect", preview.Protect, update.Protect},
		{"timeout to create", preview.CreateTimeout, update.CreateTimeout},
		{"timeout to update", preview.UpdateTimeout, update.UpdateTimeout},
	} {
		if field.preview != field.update {
			d.add(update, field.name, "%v in the preview, %v in the update", field.preview, field.update)
		}
	}
	d.diffLists(update, "ignoreChanges", preview.IgnoreChanges, update.IgnoreChanges)
	d.diffLists(update, "dependencies", preview.Dependencies, update.Dependencies)
	d.diffValues(update, "inputs", preview.Inputs, update.Inputs)
}

// diffLists compares two lists without their order.
func (d *previewDiff) diffLists(registration Registration, path string, preview, update []string) {
	for _, side := range []struct {
		name         string
		list, others []string
	}{{"preview", preview, update}, {"update", update, preview}} {
		unmatched := slices.Clone(side.others)
		for _, element := range side.list {
			if i := slices.Index(unmatched, element); i >= 0 {
				unmatched = slices.Delete(unmatched, i, i+1)
				continue
			}
			d.add(registration, path, "%s: in the %s only", element, side.name)
		}
	}
}

// diffValues compares two values recursively.
func (d *previewDiff) diffValues(registration Registration, path string, preview, update any) {
	if preview == Unknown {
		d.requireKnown(registration, path, update)
		return
	}
	switch update := update.(type) {
	case map[string]any:
		if preview, ok := preview.(map[string]any); ok {
			d.diffMaps(registration, path, preview, update)
			return
		}
	case []any:
		if preview, ok := preview.([]any); ok && len(preview) == len(update) {
			for i := range update {
				d.diffValues(registration, fmt.Sprintf("%s[%d]", path, i), preview[i], update[i])
			}
			return
		}
	}
	d.requireKnown(registration, path, update)
	if !reflect.DeepEqual(preview, update) {
		d.add(registration, path, "%v in the preview, %v in the update", preview, update)
	}
}

func (d *previewDiff) diffMaps(registration Registration, path string, preview, update map[string]any) {
	d.diffLists(registration, path, slices.Collect(maps.Keys(preview)), slices.Collect(maps.Keys(update)))
	for key := range preview {
		if _, ok := update[key]; ok {
			d.diffValues(registration, path+"."+key, preview[key], update[key])
		}
	}
}

// requireKnown adds what is Unknown in a value of the update.
func (d *previewDiff) requireKnown(registration Registration, path string, update any) {
	switch update := update.(type) {
	case map[string]any:
		for key, value := range update {
			d.requireKnown(registration, path+"."+key, value)
		}
	case []any:
		for i, value := range update {
			d.requireKnown(registration, fmt.Sprintf("%s[%d]", path, i), value)
		}
	case string:
		if update == Unknown {
			d.add(registration, path, "unknown in the update")
		}
	}
}
