package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMergeConfig(t *testing.T) {
	const base = `# The stack.
secretsprovider: passphrase
config:
  gcp:project: demo # kept
  modelferry:cluster:
    create: {name: main, nodes: {min: 1, max: 5}}
  modelferry:services:
    - a
    - b
`
	for _, test := range []struct {
		name   string
		base   string
		values map[string]any
		want   string
	}{
		{"no values", "config:\n  a: 1\n", nil, "config:\n  a: 1\n"},
		{"empty file", "", map[string]any{"a:b": "c"}, "config:\n  a:b: c\n"},
		{"no config", "encryptionsalt: x\n", map[string]any{"a:b": true}, "encryptionsalt: x\nconfig:\n  a:b: true\n"},
		{
			"string, nested map, list and new key", base,
			map[string]any{
				"gcp:project":          "other",
				"modelferry:cluster":   map[string]any{"create": map[string]any{"nodes": map[string]any{"max": 1}}},
				"modelferry:services":  []string{"c"},
				"modelferry:endpoints": map[string]any{"store": "http://10.0.0.1"},
			},
			`# The stack.
secretsprovider: passphrase
config:
  gcp:project: other
  modelferry:cluster:
    create: {name: main, nodes: {min: 1, max: 1}}
  modelferry:services:
    - c
  modelferry:endpoints:
    store: http://10.0.0.1
`,
		},
		{"nil removes a key", "config:\n  a: 1\n  b: 2\n", map[string]any{"a": nil, "c": nil}, "config:\n  b: 2\n"},
		{"map replaces a scalar", "config:\n  a: 1\n", map[string]any{"a": map[string]any{"b": 2}}, "config:\n  a:\n    b: 2\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := MergeConfig([]byte(test.base), test.values)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
	_, err := MergeConfig([]byte("- a\n"), nil)
	require.ErrorContains(t, err, "line 1: invalid stack file: must be a map")
}

func TestWithLocalSecretsKeys(t *testing.T) {
	got, err := withLocalSecretsKeys([]byte("encryptionsalt: theirs\nconfig:\n  a: 1\n"), []byte("config: {}\nencryptionsalt: ours\n"))
	require.NoError(t, err)
	require.Equal(t, "config:\n  a: 1\nencryptionsalt: ours\n", string(got))
	got, err = withLocalSecretsKeys([]byte("encryptionsalt: theirs\nconfig:\n  a: 1\n"), nil)
	require.NoError(t, err)
	require.Equal(t, "config:\n  a: 1\n", string(got))
}

func TestShellQuote(t *testing.T) {
	require.Equal(t, `'it'\''s $HOME'`, shellQuote("it's $HOME"))
	require.Equal(t, "/b:/c:/usr/bin:/a", prependPath([]string{"/a", "/b", "/c"}, "/b:/usr/bin"))
}

func TestRemovePendingOperations(t *testing.T) {
	cleaned, pending, err := removePendingOperations([]byte(`{"resources":[1],"pending_operations":[{"type":"creating"}]}`))
	require.NoError(t, err)
	require.True(t, pending)
	require.JSONEq(t, `{"resources":[1]}`, string(cleaned))
	_, pending, err = removePendingOperations([]byte(`{"resources":[1]}`))
	require.NoError(t, err)
	require.False(t, pending)
}
