package stackfile

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// v2 is the version that the tests set.
var v2 = Artifact{
	Keys: []string{"artifacts", "model"}, Path: "bankchurn/222/model.joblib", SHA256: "2222", Size: "7B",
}

// openStack opens a stack file with the given content.
func openStack(tb testing.TB, content string) *File {
	tb.Helper()
	tb.Setenv(ConfigFileVariable, "")
	f, err := Open(writeFiles(tb, "name: modelferry", content), "gke")
	require.NoError(tb, err)
	return f
}

func TestFile_SetArtifacts(t *testing.T) {
	archive := v2
	archive.UnpackedSize, archive.Version = "9B", "17"
	for _, c := range []struct {
		name, before, after string
		artifact            Artifact
	}{
		{name: "values in block style", before: `# first
config:
  a:b: 1 # kept

  modelferry:releases:
    bankchurn: # the churn model
      image: x@sha256:0
      artifacts:
        model:
          # path of the object
          path:   bankchurn/model.joblib   # old
          sha256: "0000"
          size: 4.1MB
        dataset: {path: bankchurn/d, size: 1MB}
`, after: `# first
config:
  a:b: 1 # kept

  modelferry:releases:
    bankchurn: # the churn model
      image: x@sha256:0
      artifacts:
        model:
          # path of the object
          path:   bankchurn/222/model.joblib   # old
          sha256: "2222"
          size: 7B
        dataset: {path: bankchurn/d, size: 1MB}
`},
		{name: "single quotes, order, other keys", before: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          size: '4MB'
          sha256: '00'
          path: 'bankchurn/it''s'
`, after: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          size: '7B'
          sha256: '2222'
          path: 'bankchurn/222/model.joblib'
`},
		{name: "digest without quotes, number, missing keys", artifact: archive, before: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          path: bankchurn/m # the path
          version: 12
          # at the end
`, after: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          path: bankchurn/222/model.joblib # the path
          sha256: "2222"
          size: 7B
          unpackedSize: 9B
          version: "17"
          # at the end
`},
		{name: "removed keys", before: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          path: bankchurn/m
          unpackedSize: 9B # goes
          sha256: abc
          size: 1B
          version: "17"`, after: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          path: bankchurn/222/model.joblib
          sha256: "2222"
          size: 7B
`},
		{name: "flow style", before: "config: {modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/m , sha256: 00, size: 1B, version: \"3\"}}}}}\n",
			after: "config: {modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/222/model.joblib , sha256: \"2222\", size: 7B}}}}}\n"},
		{name: "flow style on several lines, removed first", before: `config:
  modelferry:releases:
    bankchurn: {artifacts: {
      model: {version: "1", path: "bankchurn/m"},  # m
    }}
`, after: `config:
  modelferry:releases:
    bankchurn: {artifacts: {
      model: {path: "bankchurn/222/model.joblib", sha256: "2222", size: 7B},  # m
    }}
`},
		{name: "JSON", before: `{"config": {"modelferry:releases": {"bankchurn": {"artifacts": {"model": {"path": "a", "size": "1B"}}}}}}`,
			after: `{"config": {"modelferry:releases": {"bankchurn": {"artifacts": {"model": {"path": "bankchurn/222/model.joblib", "sha256": "2222", "size": "7B"}}}}}}`},
		{name: "missing release", before: `config:
  modelferry:releases:
    nlpinsight:
      artifacts:
        model:
          path: a
  # of the cluster
  modelferry:cluster: {}
`, after: `config:
  modelferry:releases:
    nlpinsight:
      artifacts:
        model:
          path: a
    bankchurn:
      artifacts:
        model:
          path: bankchurn/222/model.joblib
          sha256: "2222"
          size: 7B
  # of the cluster
  modelferry:cluster: {}
`},
		{name: "missing releases, four spaces", before: `config:
    modelferry:cluster:
        create: {name: x}
        # of the cluster
# at the end`, after: `config:
    modelferry:cluster:
        create: {name: x}
        # of the cluster
    modelferry:releases:
        bankchurn:
            artifacts:
                model:
                    path: bankchurn/222/model.joblib
                    sha256: "2222"
                    size: 7B
# at the end`},
		{name: "empty releases, no line break at the end", before: "config:\n  modelferry:releases: {}", after: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        model:
          path: bankchurn/222/model.joblib
          sha256: "2222"
          size: 7B`},
		{name: "null and a list before it", before: `config:
  modelferry:x:
  - 1
  modelferry:releases: # none yet
encryptionsalt: v1
`, after: `config:
  modelferry:x:
  - 1
  modelferry:releases: # none yet
    bankchurn:
      artifacts:
        model:
          path: bankchurn/222/model.joblib
          sha256: "2222"
          size: 7B
encryptionsalt: v1
`},
		{name: "missing artifact after a flow mapping on several lines", before: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        dataset: {path: a,
          size: 1B}
    other: {}
`, after: `config:
  modelferry:releases:
    bankchurn:
      artifacts:
        dataset: {path: a,
          size: 1B}
        model:
          path: bankchurn/222/model.joblib
          sha256: "2222"
          size: 7B
    other: {}
`},
		{name: "missing artifact in a flow mapping", before: "config:\n  modelferry:releases: {bankchurn: {artifacts: {dataset: {path: a, }, }, image: x}}\n",
			after: "config:\n  modelferry:releases: {bankchurn: {artifacts: {dataset: {path: a, }, " +
				"model: {path: bankchurn/222/model.joblib, sha256: \"2222\", size: 7B}, }, image: x}}\n"},
		{name: "empty values", before: "config:\n  modelferry:releases:\n    bankchurn:\n      artifacts:\n        model:\n          path:\n          sha256: # none\n          size: ~\n",
			after: "config:\n  modelferry:releases:\n    bankchurn:\n      artifacts:\n        model:\n          path: bankchurn/222/model.joblib\n          sha256: \"2222\" # none\n          size: 7B\n"},
		{name: "Windows line breaks and other alphabets",
			before: "config:\r\n  ö:ü: \"ä\" # ß\r\n  modelferry:releases: {bankchurn: {ключ: 1, artifacts: {model: {path: p}}}}\r\n  z:z: 1\r\n",
			after:  "config:\r\n  ö:ü: \"ä\" # ß\r\n  modelferry:releases: {bankchurn: {ключ: 1, artifacts: {model: {path: bankchurn/222/model.joblib, sha256: \"2222\", size: 7B}}}}\r\n  z:z: 1\r\n"},
		{name: "byte order mark", before: "\uFEFFconfig: {modelferry:releases: {bankchurn: {artifacts: {model: {path: p}}}}}",
			after: "\uFEFFconfig: {modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/222/model.joblib, sha256: \"2222\", size: 7B}}}}}"},
		{name: "key of a backend", artifact: Artifact{Keys: []string{"backends", "fin.bert", "artifacts", "on"}, Path: "a: b", Size: "1B"},
			before: "config:\n  modelferry:releases:\n    bankchurn:\n      backend: x # now\n",
			after: "config:\n  modelferry:releases:\n    bankchurn:\n      backend: x # now\n      backends:\n        fin.bert:\n" +
				"          artifacts:\n            \"on\":\n              path: \"a: b\"\n              size: 1B\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.artifact.Path == "" {
				c.artifact = v2
			}
			f := openStack(t, c.before)
			require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{c.artifact}))
			require.Equal(t, c.after, string(f.content))
			require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{c.artifact}))
			require.Equal(t, c.after, string(f.content), "the second time it changes nothing")
		})
	}
}

func TestFile_SetArtifacts_errors(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"anchor", "config:\n  modelferry:releases:\n    bankchurn: &a {artifacts: {model: {path: p}}}\n    b: *a\n",
			"Pulumi.gke.yaml: line 3: config.modelferry:releases.bankchurn has an anchor (&) or an alias (*)"},
		{"alias", "x: &a {path: p}\nconfig: {modelferry:releases: {bankchurn: {artifacts: {model: *a}}}}\n", "line 2: config.modelferry:releases"},
		{"alias of a value", "x: &a p\nconfig: {modelferry:releases: {bankchurn: {artifacts: {model: {path: *a}}}}}\n", "an alias (*)"},
		{"merged", "x: &a {bankchurn: {}}\nconfig: {modelferry:releases: {<<: *a}}\n", "an alias (*)"},
		{"several lines", "config:\n  modelferry:releases:\n    bankchurn:\n      artifacts:\n        model:\n          path: a\n            b\n",
			"line 6: a value on several lines"},
		{"block scalar", "config:\n  modelferry:releases:\n    bankchurn:\n      artifacts:\n        model:\n          path: |\n            b\n",
			"line 6: a block scalar or a value with a tag"},
		{"tag", "config: {modelferry:releases: {bankchurn: {artifacts: {model: {path: !!str p}}}}}", "line 1: a block scalar or a value with a tag"},
		{"list", "config: {modelferry:releases: {bankchurn: {artifacts: []}}}", "line 1: config.modelferry:releases.bankchurn.artifacts must be a mapping"},
		{"text", "config: {modelferry:releases: {bankchurn: x}}", "line 1: config.modelferry:releases.bankchurn must be a mapping"},
		{"mapping in place of a value", "config: {modelferry:releases: {bankchurn: {artifacts: {model: {path: {}}}}}}", "line 1: path must be a single value"},
		{"explicit key", "config:\n  modelferry:releases:\n    bankchurn:\n      artifacts:\n        ? model\n        :\n", `line 5: the key "model" must be`},
		{"no config", "encryptionsalt: v1", `missing key "config"`},
		{"list at the top", "- a", "cannot unmarshal"},
		{"empty file", "", "must be a mapping with the key config"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := openStack(t, c.content)
			require.ErrorContains(t, f.SetArtifacts("bankchurn", []Artifact{v2}), c.want)
			require.False(t, f.Changed())
		})
	}
}

func TestOpen_errors(t *testing.T) {
	t.Setenv(ConfigFileVariable, "")
	root := writeFiles(t, "name: modelferry", "a: 1\n---\nb: 1\n")
	_, err := Open(root, "gke")
	require.EqualError(t, err, "Pulumi.gke.yaml: must have one YAML document")
	_, err = Open(root, "eks")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, `stack "eks": `)
	require.ErrorContains(t, err, "the stacks with a file are gke")
	require.NoError(t, os.WriteFile(DefaultPath(root, "gke"), []byte("a: [\n"), 0o644))
	_, err = Open(root, "gke")
	require.ErrorContains(t, err, "Pulumi.gke.yaml: yaml: line")
}

func TestFile_SetArtifacts_releasesOfProject(t *testing.T) {
	t.Setenv(ConfigFileVariable, "")
	root := writeFiles(t, "name: modelferry\nconfig: {releases: {value: {nlpinsight: {}}}}", "config: {a:b: 1}")
	f, err := Open(root, "gke")
	require.NoError(t, err)
	require.EqualError(t, f.SetArtifacts("bankchurn", []Artifact{v2}),
		"Pulumi.gke.yaml has no modelferry:releases, but Pulumi.yaml has: move it into the stack's file")
}

func TestFile_SetRelease(t *testing.T) {
	f := openStack(t, "config:\n  modelferry:releases:\n    bankchurn:\n      image: registry/a:1 # now\n")
	require.NoError(t, f.SetRelease("bankchurn", "registry/a@sha256:00ff", ""))
	require.Equal(t, "config:\n  modelferry:releases:\n    bankchurn:\n      image: registry/a@sha256:00ff # now\n", string(f.content))
}

func TestFile_SetFetcherImage(t *testing.T) {
	const image = "registry/fetcher@sha256:00ff"
	f := openStack(t, "config:\n  modelferry:fetcher:\n    image: registry/fetcher:1 # make image\n    retries: 5\n")
	require.NoError(t, f.SetFetcherImage(image))
	require.Equal(t, "config:\n  modelferry:fetcher:\n    image: "+image+" # make image\n    retries: 5\n", string(f.content))
	f = openStack(t, "config:\n  modelferry:cloud: gke\n")
	require.NoError(t, f.SetFetcherImage(image))
	require.Equal(t, "config:\n  modelferry:cloud: gke\n  modelferry:fetcher:\n    image: "+image+"\n", string(f.content))
}
