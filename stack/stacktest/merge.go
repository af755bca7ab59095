package stacktest

import (
	"maps"
	"slices"
)

// Merge returns a copy of a map with more in it.
func Merge(base, more map[string]any) map[string]any {
	all := maps.Clone(base)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, more)
	return all
}

func Omit(from any, keys ...string) object {
	left := Merge(from.(object), nil)
	for _, key := range keys {
		delete(left, key)
	}
	return left
}

// UnionKeys returns the keys of two maps, sorted.
func UnionKeys[V any](a, b map[string]V) []string {
	union := maps.Clone(a)
	maps.Copy(union, b)
	return slices.Sorted(maps.Keys(union))
}
