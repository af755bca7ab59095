package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Diff compares the inputs of before and now.
func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	definition, err := s.resource(req.Type)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	diff := DiffInputs(req.OldInputs, req.NewInputs, definition.Replace)
	if name := resource.PropertyKey(definition.Name); definition.Name != "" {
		// Two cannot have one name at the same time; a name drawn by autonaming changes with the replacement.
		before, now := bare(req.OldInputs[name]), bare(req.NewInputs[name])
		diff.DeleteBeforeReplace = diff.Replace() && before.DeepEquals(now) && !drawn(req.URN.Name(), now)
	}
	return diff, nil
}

// DiffInputs is a detailed diff of inputs, in which a change at or below one of the replacing paths asks for a
// new resource. An object that comes or goes as a whole counts for the paths within it.
func DiffInputs(before, now resource.PropertyMap, replacing []string) plugin.DiffResult {
	objects := before.Diff(now)
	if objects == nil {
		return plugin.DiffResult{Changes: plugin.DiffNone}
	}
	detailed := plugin.NewDetailedDiffFromObjectDiff(objects, true)
	for path, change := range detailed {
		if under(path, replacing) || within(path, replacing, before, now) {
			change.Kind = change.Kind.AsReplace()
			detailed[path] = change
		}
	}
	diff := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: detailed}
	diff.ChangedKeys = append(diff.ChangedKeys, objects.ChangedKeys()...)
	for path, change := range detailed {
		if change.Kind.IsReplace() {
			diff.ReplaceKeys = append(diff.ReplaceKeys, resource.PropertyKey(path))
		}
	}
	return diff
}

// within says whether a path holds replacing ones whose values differ.
func within(path string, replacing []string, before, now resource.PropertyMap) bool {
	for _, inner := range replacing {
		if inner != path && under(inner, []string{path}) && !lookup(before, inner).DeepEquals(lookup(now, inner)) {
			return true
		}
	}
	return false
}

// under says whether a property path ("a.b[0].c") is one of the given ones or lies below one.
func under(path string, parents []string) bool {
	for _, parent := range parents {
		rest, ok := strings.CutPrefix(path, parent)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// drawn says whether a name looks like one that autoname drew for the resource.
func drawn(resourceName string, name resource.PropertyValue) bool {
	if !name.IsString() {
		return false
	}
	suffix, ok := strings.CutPrefix(name.StringValue(), resourceName+"-")
	return ok && len(suffix) == 7 && strings.Trim(suffix, "0123456789abcdef") == ""
}
