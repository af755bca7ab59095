package signature

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A statement that is accepted says the same to a parser that takes keys literally, and is of files inside the model.
func FuzzParseStatement(f *testing.F) {
	payload, err := MarshalStatement("model", filesOf("a", "f/b"))
	require.NoError(f, err)
	f.Add(string(payload))
	f.Add(strings.NewReplacer(`"files"`, `"shards", "shard_size": 1`, `"a"`, `"a:0:1"`, `"f/b"`, `"f/b:1:2"`).Replace(string(payload)))
	f.Fuzz(func(t *testing.T, text string) {
		manifest, err := parseStatement([]byte(text))
		if err != nil {
			return
		}
		var literal map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &literal))
		predicate := literal["predicate"].(map[string]any)
		require.Equal(t, predicate["serialization"].(map[string]any)["allow_symlinks"], manifest.allowSymlinks)
		resources := predicate["resources"].([]any)
		require.Len(t, resources, len(manifest.digests))
		for _, r := range resources {
			name := r.(map[string]any)["name"].(string)
			require.Equal(t, r.(map[string]any)["digest"], manifest.digests[name])
			require.False(t, strings.HasPrefix(name, "/") || strings.HasPrefix(name, "../") || strings.Contains(name, "/../"), name)
		}
		_, err = manifest.VerifyFiles(nil)
		require.Error(t, err, "no files")
		_, err = manifest.VerifyFiles(filesOf("other", "b"))
		require.Error(t, err, "files that were not signed")
	})
}
