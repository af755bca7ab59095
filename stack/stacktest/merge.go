package stacktest

import (
	"maps"
	"slices"
)

// Merge returns a copy of base with the entries of override.
func Merge(base, override map[string]any) map[string]any {
	merged := map[string]any{}
	maps.Copy(merged, base)
	maps.Copy(merged, override)
	return merged
}

// Omit returns a copy of an object without the given keys.
func Omit(object any, keys ...string) map[string]any {
	rest := maps.Clone(object.(map[string]any))
	for _, key := range keys {
		delete(rest, key)
	}
	return rest
}

// UnionKeys returns the sorted keys of two maps.
func UnionKeys[V any](a, b map[string]V) []string {
	union := map[string]V{}
	maps.Copy(union, a)
	maps.Copy(union, b)
	return slices.Sorted(maps.Keys(union))
}
