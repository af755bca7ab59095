package provider

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Diff compares the old inputs with the new ones, and what the cloud has set with what the program ignores.
func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	definition, err := s.lookupResource(req.Type)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	diff := DiffInputs(req.OldInputs, req.NewInputs, definition.ReplaceOnChanges)
	addServerSetDiff(&diff, definition.ServerSet, req)
	if err := s.addTrackedDiff(&diff, req); err != nil {
		return plugin.DiffResponse{}, err
	}
	if name := resource.PropertyKey(definition.NameProperty); definition.NameProperty != "" {
		// Two resources cannot have the same name. A replacement gets a new autoname, so it can be created first.
		oldName, newName := unwrap(req.OldInputs[name]), unwrap(req.NewInputs[name])
		diff.DeleteBeforeReplace = diff.Replace() && oldName.DeepEquals(newName) && !isAutonamed(req.URN.Name(), newName)
	}
	return diff, nil
}

// DiffInputs returns the detailed diff of inputs. A change at or below one of the replace keys, which are property
// paths, requires a replacement. So does adding or removing an object that contains one.
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
	return newDiff(detailed)
}

// newDiff returns the diff with these changes by property path.
func newDiff(changes map[string]plugin.PropertyDiff) plugin.DiffResult {
	if len(changes) == 0 {
		return plugin.DiffResult{Changes: plugin.DiffNone}
	}
	diff := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: changes}
	for _, path := range slices.Sorted(maps.Keys(changes)) {
		head := resource.PropertyKey(path[:strings.IndexAny(path+".", ".[")])
		if !slices.Contains(diff.ChangedKeys, head) {
			diff.ChangedKeys = append(diff.ChangedKeys, head)
		}
		if changes[path].Kind.IsReplace() {
			diff.ReplaceKeys = append(diff.ReplaceKeys, resource.PropertyKey(path))
		}
	}
	return diff
}

// containsReplaceKey reports whether a replace key below path has another value in newInputs than in oldInputs.
func containsReplaceKey(path string, replaceKeys []string, oldInputs, newInputs resource.PropertyMap) bool {
	for _, key := range replaceKeys {
		if key != path && isAtOrBelow(key, []string{path}) && !lookupPath(oldInputs, key).DeepEquals(lookupPath(newInputs, key)) {
			return true
		}
	}
	return false
}

// isAtOrBelow reports whether a property path ("a.b[0].c") is one of parents, or is below one of them.
func isAtOrBelow(path string, parents []string) bool {
	for _, parent := range parents {
		rest, ok := strings.CutPrefix(path, parent)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}
