package signature

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// valid is the statement of a model of two files.
const valid = `{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [{"name": "finbert", "digest": {"sha256": "ROOT"}}],
  "predicateType": "https://model_signing/signature/v1.0",
  "predicate": {
    "resources": [
      {"name": "config.json", "digest": "` + digestA + `", "algorithm": "sha256", "annotations": {"x": 1}},
      {"name": "onnx/model.onnx", "digest": "` + digestB + `", "algorithm": "sha256"}
    ],
    "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false, "ignore_paths": ["cache"]}
  }
}`

const (
	digestA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestParseStatement_invalid(t *testing.T) {
	for _, tt := range []struct{ name, old, replacement, want string }{
		{"another type", "Statement/v1", "Statement/v0.1", "has the type"},
		{"the predicate of version 0.2", "model_signing/signature/v1.0", "model_signing/Digests/v0.1", "has the predicate type"},
		{"no subject", `[{"name": "finbert", "digest": {"sha256": "ROOT"}}]`, `[]`, "must have one subject"},
		{"two subjects", `[{"name": "finbert"`, `[{"name": "x"}, {"name": "finbert"`, "must have one subject"},
		{"a nameless subject", `"name": "finbert"`, `"name": ""`, "must have one subject with a name"},
		{"another root digest", "ROOT", digestA, "has the root digest"},
		{"an unknown method", `"method": "files"`, `"method": "tree"`, `has the serialization method "tree"`},
		{"an optional hash", `"hash_type": "sha256"`, `"hash_type": "blake3"`, `only "sha256" is supported`},
		{"shards without a size", `"method": "files"`, `"method": "shards"`, "has shards without a shard_size"},
		{"shards of no size", `"method": "files"`, `"method": "shards", "shard_size": 0`, "has shards without a shard_size"},
		{"files with a shard size", `"method": "files"`, `"method": "files", "shard_size": 5`, "has a shard_size, but no shards"},
		{"names without ranges", `"method": "files"`, `"method": "shards", "shard_size": 5`, "must be PATH:START:END"},
		{"no word about links", `"allow_symlinks": false, `, ``, "does not say allow_symlinks"},
		{"a short digest", digestB, digestB[2:], "must be 64 lower-case hex digits"},
		{"an upper-case digest", digestB, strings.ToUpper(digestB), "must be 64 lower-case hex digits"},
		{"another algorithm", `b", "algorithm": "sha256"`, `b", "algorithm": "blake2b"`, `has a digest of "blake2b"`},
		{"a name twice", "onnx/model.onnx", "config.json", `has "config.json" twice`},
		{"a parent folder", "onnx/model.onnx", "../model.onnx", "must be a path relative to the model"},
		{"an absolute name", "onnx/model.onnx", "/model.onnx", "must be a path relative to the model"},
		{"a name with dots", "onnx/model.onnx", "onnx/./model.onnx", "must be a path relative to the model"},
		{"a key twice", `"method": "files"`, `"method": "files", "method": "files"`, `has the key "method" twice`},
		{"a key in another case", `"method": "files"`, `"Method": "files"`, `which must be "method"`},
		{"more than one document", "}\n}", "}\n} {}", "data after the JSON document"},
		{"not UTF-8", "finbert", "finbert\xff", "is not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, valid, tt.old)
			changed := strings.Replace(valid, tt.old, tt.replacement, 1)
			_, err := parseStatement([]byte(strings.Replace(changed, "ROOT", rootDigest(t), 1)))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestParseStatement_valid(t *testing.T) {
	manifest, err := parseStatement([]byte(strings.Replace(valid, "ROOT", rootDigest(t), 1)))
	require.NoError(t, err)
	require.Equal(t, &Manifest{
		Name: "finbert", ignorePaths: []string{"cache"},
		digests: map[string]string{"config.json": digestA, "onnx/model.onnx": digestB},
	}, manifest)
}

// rootDigest returns the SHA-256 of the two digests, as the signer computes it.
func rootDigest(t *testing.T) string {
	t.Helper()
	payload, err := MarshalStatement(
		"x",
		[]File{{Path: "a", Digests: Digests{SHA256: digestA}}, {Path: "b", Digests: Digests{SHA256: digestB}}},
	)
	require.NoError(t, err)
	var s statement
	require.NoError(t, json.Unmarshal(payload, &s))
	return s.Subject[0].Digest["sha256"]
}

// The specification's vector of another predicate is not signed: only its statement can be tested.
func TestParseStatement_invalidVector(t *testing.T) {
	name := filepath.Join(os.Getenv("MODELFERRY_OMS"), "vectors", "invalid-payload", "wrong-predicate.bundle.json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Skip("MODELFERRY_OMS names no folder with vectors/: test-vectors/v1.0 of https://github.com/ossf/model-signing-spec")
	}
	bundle, err := Parse(text)
	require.NoError(t, err)
	_, err = parseStatement(bundle.envelope.Payload)
	require.ErrorContains(t, err, "has the predicate type")
}
