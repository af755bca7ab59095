package provider

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Diff compares the inputs of before and now.
func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	definition, err := s.lookupResource(req.Type)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	diff := DiffInputs(req.OldInputs, req.NewInputs, definition.ReplaceOnChanges)
	if name := resource.PropertyKey(definition.NameProperty); definition.NameProperty != "" {
		// Two cannot have one name at the same time; a name drawn by autonaming changes with the replacement.
		oldName, newName := unwrap(req.OldInputs[name]), unwrap(req.NewInputs[name])
		diff.DeleteBeforeReplace = diff.Replace() && oldName.DeepEquals(newName) && !isAutonamed(req.URN.Name(), newName)
	}
	return diff, nil
}

// DiffInputs is a detailed diff of inputs, in which a change at or below one of the replacing paths asks for a
// new resource. An object that comes or goes as a whole counts for the paths within it.
func DiffInputs(oldInputs, newInputs resource.PropertyMap, replaceKeys []string) plugin.DiffResult {
	objectDiff := oldInputs.Diff(newInputs)
	if objectDiff == nil {
		return plugin.DiffResult{Changes: plugin.DiffNone}
	}
	detailed := plugin.NewDetailedDiffFromObjectDiff(objectDiff, true)
	for path, change := range detailed {
		if isAtOrBelow(path, replaceKeys) || containsReplaceKey(path, replaceKeys, oldInputs, newInputs) {
			change.Kind = change.Kind.AsReplace()
			detailed[path] = change
		}
	}
	diff := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: detailed}
	diff.ChangedKeys = append(diff.ChangedKeys, objectDiff.ChangedKeys()...)
	for path, change := range detailed {
		if change.Kind.IsReplace() {
			diff.ReplaceKeys = append(diff.ReplaceKeys, resource.PropertyKey(path))
		}
	}
	return diff
}

// containsReplaceKey says whether a path holds replacing ones whose values differ.
func containsReplaceKey(path string, replaceKeys []string, oldInputs, newInputs resource.PropertyMap) bool {
	for _, key := range replaceKeys {
		if key != path && isAtOrBelow(key, []string{path}) && !lookupPath(oldInputs, key).DeepEquals(lookupPath(newInputs, key)) {
			return true
		}
	}
	return false
}

// isAtOrBelow says whether a property path ("a.b[0].c") is one of the given ones or lies below one.
func isAtOrBelow(path string, parents []string) bool {
	for _, parent := range parents {
		rest, ok := strings.CutPrefix(path, parent)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// isAutonamed says whether a name looks like one that autoname drew for the resource.
func isAutonamed(resourceName string, name resource.PropertyValue) bool {
	if !name.IsString() {
		return false
	}
	suffix, ok := strings.CutPrefix(name.StringValue(), resourceName+"-")
	return ok && len(suffix) == 7 && strings.Trim(suffix, "0123456789abcdef") == ""
}
