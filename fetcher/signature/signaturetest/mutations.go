// Package signaturetest has documents to test the verification of signatures with.
package signaturetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Mutations returns all documents that differ from one in one place: a value removed, emptied, replaced by one of
// another type, changed at its beginning, in its middle and at its end, doubled, or under a key of another case. The
// keys are paths of JSON with what was changed.
func Mutations(tb testing.TB, document []byte) map[string][]byte {
	tb.Helper()
	result := map[string][]byte{}
	var root any
	require.NoError(tb, json.Unmarshal(document, &root))
	add := func(name string) {
		text, err := json.Marshal(root)
		require.NoError(tb, err)
		result[name] = text
	}
	var visit func(path string, value any, set func(any))
	visit = func(path string, value any, set func(any)) {
		for i, other := range replacements(value) {
			set(other)
			add(fmt.Sprintf("%s: value %d", path, i))
		}
		set(value)
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				child := value[key]
				delete(value, key)
				add(path + "." + key + ": removed")
				value[upperFirst(key)] = child
				add(path + "." + key + ": in another case")
				value[key] = "another"
				add(path + "." + key + ": twice in another case")
				delete(value, upperFirst(key))
				value[key] = child
				visit(path+"."+key, child, func(v any) { value[key] = v })
			}
		case []any:
			for i, child := range value {
				visit(fmt.Sprintf("%s[%d]", path, i), child, func(v any) { value[i] = v })
			}
		}
	}
	visit("$", root, func(v any) { root = v })
	return result
}

func upperFirst(key string) string { return string(key[0]-'a'+'A') + key[1:] }

// replacements returns other values for one.
func replacements(value any) []any {
	switch value := value.(type) {
	case string:
		others := []any{7.0, []any{value}, map[string]any{"x": value}, value + "A", value + "\n"}
		if value != "" {
			others = append(others, "", nil)
		}
		for _, i := range []int{0, len(value) / 2, len(value) - 1} {
			if i >= 0 && i < len(value) {
				others = append(others, value[:i]+value[i+1:], value[:i]+string(value[i]^1)+value[i+1:])
			}
		}
		if decoded, err := base64.StdEncoding.DecodeString(value); err == nil && len(decoded) > 16 {
			decoded[len(decoded)/3] ^= 0x40
			others = append(others, base64.StdEncoding.EncodeToString(decoded), base64.StdEncoding.EncodeToString(decoded[:len(decoded)-1]))
		}
		return others
	case map[string]any:
		return []any{"x", 7.0, []any{value}, map[string]any{}, nil}
	case []any:
		others := []any{"x", 7.0, map[string]any{}}
		if len(value) > 0 {
			others = append(others, []any{}, nil, append([]any{"x"}, value...))
			if len(value) == 1 {
				others = append(others, []any{value[0], value[0]})
			}
		}
		return others
	}
	return nil
}
