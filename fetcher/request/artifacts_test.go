package request_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/request"
)

func TestFromEnv_invalidArtifacts(t *testing.T) {
	tests := []struct{ name, artifacts, want string }{
		{"not JSON", `nonsense`, "invalid ARTIFACTS: must be a JSON list"},
		{"a JSON object instead of a list", `{}`, "invalid ARTIFACTS: must be a JSON list"},
		{"a misspelt field", `[{"bucket":"b","path":"p","dest":"d","sha":"x"}]`, `unknown field "sha"`},
		{"a wrong type", `[{"bucket":"b","path":"p","dest":1}]`, "invalid ARTIFACTS: must be a JSON list"},
		{"data after the list", `[] []`, "unexpected data after the JSON list"},
		{"no bucket", `[{"path":"p","dest":"d"}]`, "ARTIFACTS[0]: no bucket"},
		{"no path", `[{"bucket":"b","dest":"d"}]`, `ARTIFACTS[0]: invalid path "": must be the object's key`},
		{"no dest", `[{"bucket":"b","path":"p"}]`, `ARTIFACTS[0]: invalid dest "": must be a path relative`},
		{"an absolute dest", `[{"bucket":"b","path":"p","dest":"/etc/passwd"}]`, "must be relative to the model folder"},
		{"a dest outside", `[{"bucket":"b","path":"p","dest":"../d"}]`, "must be inside the model folder"},
		{"a dest with ..", `[{"bucket":"b","path":"p","dest":"a/../../d"}]`, "must not contain empty, . or .. parts"},
		{"the model folder itself", `[{"bucket":"b","path":"p","dest":"."}]`, "must be inside the model folder"},
		{"the marker", `[{"bucket":"b","path":"p","dest":".modelferry"}]`, "must not begin with .modelferry"},
		{"the marker of earlier versions", `[{"bucket":"b","path":"p","dest":".modelferry.json"}]`, "must not begin with .modelferry"},
		{"the staging folder", `[{"bucket":"b","path":"p","dest":".modelferry-staging/x"}]`, "must not begin with .modelferry"},
		{"a name longer than NAME_MAX", `[{"bucket":"b","path":"p","dest":"` + strings.Repeat("n", 256) + `"}]`,
			"at most 255 bytes"},
		{"a size of 0", `[{"bucket":"b","path":"p","dest":"d","size":0}]`, "invalid size 0"},
		{"the dest of the model", `[{"bucket":"b","path":"p","dest":"model.joblib"}]`, "already used by the model"},
		{"a dest inside the model", `[{"bucket":"b","path":"p","dest":"model.joblib/x"}]`,
			`must not be inside "model.joblib" of the model`},
		{"a dest that contains another", `[{"bucket":"b","path":"p","dest":"a/b"},{"bucket":"b","path":"q","dest":"a"}]`,
			`ARTIFACTS[0]: invalid dest "a/b": must not be inside "a" of ARTIFACTS[1]`},
		{"the second one is invalid",
			`[{"bucket":"b","path":"p","dest":"d"},{"bucket":"b","path":"p","dest":"e","sha256":"1"}]`, "ARTIFACTS[1]: invalid sha256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := request.FromEnv(env(map[string]string{"ARTIFACTS": tt.artifacts}))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestFromEnv_extractAsConfiguredOrBySuffix(t *testing.T) {
	tests := []struct {
		path, extract string
		want          bool
	}{
		{"m/model.tar.gz", "", true},
		{"m/model.tgz", "", true},
		{"m/model.tar", "", true},
		{"m/model.tar.zst", "", true},
		{"m/MODEL.TAR.GZ", "", true},
		{"m/model.gz", "", false},
		{"m/model.joblib", "", false},
		{"m/release-7", "true", true},
		{"m/env.tar.gz", "false", false},
		{"m/env.tgz", "false", false},
		{"m/env.tar", "false", false},
		{"m/env.tar.zst", "false", false},
		{"m/model.tar.gz", "true", true},
		{"m/release-7", "false", false},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.extract, func(t *testing.T) {
			field := ""
			if tt.extract != "" {
				field = `,"extract":` + tt.extract
			}
			req, err := request.FromEnv(env(map[string]string{
				"S3_MODEL_PATH": tt.path, "MODEL_EXTRACT": tt.extract,
				"ARTIFACTS": `[{"bucket":"b","path":"` + tt.path + `","dest":"d/x"` + field + `}]`,
			}))
			require.NoError(t, err)
			require.Equal(t, tt.want, req.Artifacts[0].Extract, "MODEL_EXTRACT")
			require.Equal(t, tt.want, req.Artifacts[1].Extract, "ARTIFACTS")
		})
	}
}

func TestFromEnv_siblingDestinations(t *testing.T) {
	_, err := request.FromEnv(env(map[string]string{
		"ARTIFACTS": `[{"bucket":"b","path":"p","dest":"a/b"},` +
			`{"bucket":"b","path":"p","dest":"a/bc"},{"bucket":"b","path":"p","dest":"model.joblib.meta"}]`,
	}))
	require.NoError(t, err)
}

// For any environment: the paths of an accepted request are inside the model folder.
func FuzzFromEnv(f *testing.F) {
	f.Add("models", "a/model.joblib", "/models/model.joblib", digest, `[{"bucket":"b","path":"p","dest":"d"}]`)
	f.Add("", "../x", "/models/../x", "x", `[{"dest":"../../etc/passwd"}]`)
	f.Add("b", "p.tar.gz", "/m/d/e", "", `[{"bucket":"b","path":"p","dest":"a/b/../c"}]`)
	f.Add("b", "p", "/m/d", "", `[{"bucket":"b","path":"p","dest":"a","size":-1}] x`)
	f.Fuzz(func(t *testing.T, bucket, key, local, sum, artifacts string) {
		req, err := request.FromEnv(env(map[string]string{
			"S3_BUCKET": bucket, "S3_MODEL_PATH": key, "LOCAL_MODEL_PATH": local,
			"MODEL_SHA256": sum, "ARTIFACTS": artifacts,
		}))
		if err != nil {
			return
		}
		require.True(t, path.IsAbs(req.Folder))
		require.NotEqual(t, "/", req.Folder)
		seen := map[string]bool{}
		for _, a := range req.Artifacts {
			require.NotEmpty(t, a.Bucket)
			require.NotEmpty(t, a.Path)
			require.Equal(t, a.Dest, path.Clean(a.Dest))
			require.True(t, strings.HasPrefix(path.Join(req.Folder, a.Dest), req.Folder+"/"))
			require.False(t, seen[a.Dest])
			require.Contains(t, []int{0, 64}, len(a.SHA256))
			seen[a.Dest] = true
		}
	})
}
