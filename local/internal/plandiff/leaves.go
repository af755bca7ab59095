package plandiff

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/planreport"
)

// appendChanges appends the differences of two plain values. It descends into objects, lists of named objects and JSON
// texts, so that a value is as small as possible.
func appendChanges(values []planreport.Value, path string, before, after any) []planreport.Value {
	before, after = number(before), number(after)
	if reflect.DeepEqual(before, after) || isHidden(path) {
		return values
	}
	before, after = parseJSON(before), parseJSON(after)
	for _, kind := range []struct {
		of   func(any) map[string]any
		path func(path, key string) string
	}{{objectOf, fieldPath}, {namedObjects, elementPath}} {
		oldObject, newObject := kind.of(before), kind.of(after)
		if (oldObject == nil && before != nil) || (newObject == nil && after != nil) || len(oldObject)+len(newObject) == 0 {
			continue
		}
		for _, key := range sortedKeys(oldObject, newObject) {
			values = appendChanges(values, kind.path(path, key), oldObject[key], newObject[key])
		}
		return values
	}
	if oldList, newList, ok := lists(before, after); ok {
		return appendListChanges(values, path, oldList, newList)
	}
	return append(values, planreport.Value{
		Path: path, Old: format(before), New: format(after), Generated: isGenerated(before, after),
	})
}

// number returns a number as a float64, and other values as they are. YAML has integers, JSON has none.
func number(value any) any {
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	default:
		return value
	}
}

// isHidden reports whether a path is a note of the engine or of a provider.
func isHidden(path string) bool {
	return strings.Contains(path, "__") || strings.HasSuffix(path, `["pulumi.com/autonamed"]`)
}

// objectOf returns the value if it is an object, or nil.
func objectOf(value any) map[string]any {
	object, _ := value.(map[string]any)
	if isSecret(object) {
		return nil
	}
	return object
}

// namedObjects returns the elements of a list by their names, as Kubernetes compares them, or nil.
func namedObjects(value any) map[string]any {
	list, _ := value.([]any)
	if len(list) == 0 {
		return nil
	}
	byName := map[string]any{}
	for _, element := range list {
		object, _ := element.(map[string]any)
		name, ok := object["name"].(string)
		if !ok {
			name, ok = object["Sid"].(string) // of a statement in a policy
		}
		if _, taken := byName[name]; !ok || taken {
			return nil
		}
		byName[name] = element
	}
	return byName
}

// lists returns two lists, of which one may not be set.
func lists(before, after any) (oldList, newList []any, ok bool) {
	oldList, isList := before.([]any)
	newList, alsoList := after.([]any)
	return oldList, newList, (isList || before == nil) && (alsoList || after == nil) && len(oldList)+len(newList) > 0
}

// appendListChanges appends the differences of two lists: those of the elements in the same places, or if their lengths
// differ the elements that only one of them has. A list of plain values that is new stays in one piece.
func appendListChanges(values []planreport.Value, path string, before, after []any) []planreport.Value {
	if len(before) == len(after) {
		for i := range before {
			values = appendChanges(values, fmt.Sprintf("%s[%d]", path, i), before[i], after[i])
		}
		return values
	}
	if !slices.ContainsFunc(slices.Concat(before, after), isObject) && (len(before) == 0 || len(after) == 0) {
		return append(values, planreport.Value{Path: path, Old: formatList(before), New: formatList(after)})
	}
	for i, element := range before {
		if !contains(after, element) {
			values = appendChanges(values, fmt.Sprintf("%s[%d]", path, i), element, nil)
		}
	}
	for i, element := range after {
		if !contains(before, element) {
			values = appendChanges(values, fmt.Sprintf("%s[%d]", path, i), nil, element)
		}
	}
	return values
}

func isObject(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}

// formatList is format for a list. An empty one is not set.
func formatList(list []any) string {
	if len(list) == 0 {
		return ""
	}
	return format(list)
}

func contains(list []any, element any) bool {
	return slices.ContainsFunc(list, func(other any) bool { return reflect.DeepEqual(element, other) })
}

// parseJSON returns the object or list in a JSON text, such as a policy. Other values are returned as they are.
func parseJSON(value any) any {
	text, ok := value.(string)
	if !ok || !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return value
	}
	var parsed any
	if json.Unmarshal([]byte(text), &parsed) != nil {
		return value
	}
	return parsed
}

// elementPath adds the name of a list's element to a property path.
func elementPath(path, name string) string { return fmt.Sprintf("%s[%s]", path, name) }

// fieldPath adds a key to a property path.
func fieldPath(path, key string) string {
	switch {
	case strings.ContainsAny(key, `."[]/`):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	default:
		return path + "." + key
	}
}

func sortedKeys(objects ...map[string]any) []string {
	all := map[string]bool{}
	for _, object := range objects {
		for key := range object {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
