package request_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
)

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// env returns a minimal valid environment with changes.
func env(changes map[string]string) request.LookupEnv {
	variables := map[string]string{
		"S3_BUCKET":        "models",
		"S3_MODEL_PATH":    "bankchurn/model.joblib",
		"LOCAL_MODEL_PATH": "/models/model.joblib",
	}
	for key, value := range changes {
		variables[key] = value
	}
	return func(key string) (string, bool) {
		value, ok := variables[key]
		return value, ok
	}
}

func TestFromEnv_defaults(t *testing.T) {
	req, err := request.FromEnv(env(nil))
	require.NoError(t, err)
	require.Equal(t, request.Request{
		Cloud:        request.S3,
		Folder:       "/models",
		Artifacts:    []request.Artifact{{Bucket: "models", Path: "bankchurn/model.joblib", Dest: "model.joblib"}},
		Retries:      3,
		Backoff:      10 * time.Second,
		Timeout:      10 * time.Minute,
		Stall:        20 * time.Second,
		IdentityWait: time.Minute,
		Parallel:     8,
		PartSize:     8 << 20,
		Limits:       request.ArchiveLimits{MaxEntries: 100_000, MaxBytes: 1 << 44, MaxRatio: 200, MaxWindow: 128 << 20},
	}, req)
	require.False(t, req.IsPinned())
	require.Equal(t, "s3://models/bankchurn/model.joblib", req.URL(req.Artifacts[0]))
}

func TestFromEnv_allVariables(t *testing.T) {
	req, err := request.FromEnv(env(map[string]string{
		"S3_BUCKET": "", "S3_MODEL_PATH": "", // empty counts as not set
		"GCS_BUCKET": "models", "GCS_MODEL_PATH": "nlpinsight/model.tar.gz",
		"LOCAL_MODEL_PATH": "/models/finbert/model.tar.gz",
		"MODEL_SHA256":     digest, "MODEL_VERSION": "1700000000000001", "MODEL_SIZE": "440",
		"ARTIFACTS": `[{"bucket":"data","path":"v1/phrasebank.csv","dest":"data/raw/train.csv",` +
			`"sha256":"` + digest + `","version":"7","size":12,"extract":false}]`,
		"FETCH_RETRIES": "0", "FETCH_BACKOFF": "50ms", "FETCH_TIMEOUT": "2m", "FETCH_STALL": "3s",
		"FETCH_IDENTITY_WAIT": "5s", "FETCH_PARALLEL": "2", "FETCH_PART_SIZE": "1048576",
		"FETCH_ARCHIVE_MAX_ENTRIES": "1000000", "FETCH_ARCHIVE_MAX_BYTES": "99999999999999", "FETCH_ARCHIVE_MAX_RATIO": "5000",
		"FETCH_ARCHIVE_MAX_WINDOW": "268435456",
	}))
	require.NoError(t, err)
	require.Equal(t, request.Request{
		Cloud:  request.GCS,
		Folder: "/models/finbert",
		Artifacts: []request.Artifact{
			{Bucket: "models", Path: "nlpinsight/model.tar.gz", Dest: "model.tar.gz", SHA256: digest,
				Version: "1700000000000001", Size: 440, Extract: true},
			{Bucket: "data", Path: "v1/phrasebank.csv", Dest: "data/raw/train.csv", SHA256: digest, Version: "7", Size: 12},
		},
		Retries: 0, Backoff: 50 * time.Millisecond, Timeout: 2 * time.Minute, Stall: 3 * time.Second,
		IdentityWait: 5 * time.Second, Parallel: 2, PartSize: 1 << 20,
		Limits: request.ArchiveLimits{MaxEntries: 1_000_000, MaxBytes: 99_999_999_999_999, MaxRatio: 5000, MaxWindow: 256 << 20},
	}, req)
	require.True(t, req.IsPinned())
	require.Equal(t, ".", req.Artifacts[0].Folder())
	require.Equal(t, "gs://data/v1/phrasebank.csv", req.URL(req.Artifacts[1]))
}

func TestFromEnv_invalidVariables(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"variables of neither cloud", map[string]string{"S3_BUCKET": "", "S3_MODEL_PATH": ""},
			"set GCS_BUCKET and GCS_MODEL_PATH, or S3_BUCKET and S3_MODEL_PATH"},
		{"variables of both clouds", map[string]string{"GCS_BUCKET": "models"}, "variables of both clouds are set"},
		{"a bucket without a path", map[string]string{"S3_MODEL_PATH": ""}, `the model: invalid path "": must be`},
		{"a path without a bucket", map[string]string{"S3_BUCKET": ""}, "the model: no bucket"},
		{"a bucket with a URL scheme", map[string]string{"S3_BUCKET": "s3://models"}, "must be a bucket name without scheme and path"},
		{"an absolute path", map[string]string{"S3_MODEL_PATH": "/model"}, "must not begin with a slash"},
		{"a path with ..", map[string]string{"S3_MODEL_PATH": "a/../../b"}, "must not contain empty, . or .. parts"},
		{"a path that begins with ..", map[string]string{"S3_MODEL_PATH": "../b"}, "must not contain empty, . or .. parts"},
		{"a path with empty parts", map[string]string{"S3_MODEL_PATH": "a//b"}, "must not contain empty, . or .. parts"},
		{"a path of a folder", map[string]string{"S3_MODEL_PATH": "a/"}, "must be an object, not a folder"},
		{"a path with a line break", map[string]string{"S3_MODEL_PATH": "a\nb"}, "must not contain control characters"},
		{"a path that is not UTF-8", map[string]string{"S3_MODEL_PATH": "a\xff"}, "must not contain control characters"},
		{"a local path with a line break", map[string]string{"LOCAL_MODEL_PATH": "/models/m\n"}, "must not contain control characters"},
		{"no local path", map[string]string{"LOCAL_MODEL_PATH": ""}, "LOCAL_MODEL_PATH is not set"},
		{"a relative local path", map[string]string{"LOCAL_MODEL_PATH": "models/m"}, "must be a clean absolute path"},
		{"a local path at the root", map[string]string{"LOCAL_MODEL_PATH": "/model"}, "of a file in a folder"},
		{"a local path with ..", map[string]string{"LOCAL_MODEL_PATH": "/models/../etc/passwd"}, "must be a clean absolute path"},
		{"a reserved local path", map[string]string{"LOCAL_MODEL_PATH": "/models/.modelferry.json"},
			"must not begin with .modelferry"},
		{"a local path outside the model folder", map[string]string{"MODEL_FOLDER": "/elsewhere"}, "must be inside MODEL_FOLDER"},
		{"a local path beside the model folder", map[string]string{"LOCAL_MODEL_PATH": "/models-2/m", "MODEL_FOLDER": "/models"},
			"must be inside MODEL_FOLDER"},
		{"a model folder with ..", map[string]string{"MODEL_FOLDER": "/models/.."}, "MODEL_FOLDER"},
		{"a model folder that is the root", map[string]string{"MODEL_FOLDER": "/"}, "MODEL_FOLDER"},
		{"a digest that is too short", map[string]string{"MODEL_SHA256": "abc"}, "must be 64 hex digits"},
		{"a digest that is not hex", map[string]string{"MODEL_SHA256": "z" + digest[1:]}, "must be 64 hex digits"},
		{"a generation that is not a number", map[string]string{
			"S3_BUCKET": "", "S3_MODEL_PATH": "", "GCS_BUCKET": "b", "GCS_MODEL_PATH": "p", "MODEL_VERSION": "v1",
		}, "must be a GCS generation"},
		{"a size of 0", map[string]string{"MODEL_SIZE": "0"}, "MODEL_SIZE"},
		{"an extract that is neither true nor false", map[string]string{"MODEL_EXTRACT": "maybe"}, "MODEL_EXTRACT"},
		{"retries below 0", map[string]string{"FETCH_RETRIES": "-1"}, "FETCH_RETRIES"},
		{"a backoff without a unit", map[string]string{"FETCH_BACKOFF": "10"}, "FETCH_BACKOFF"},
		{"a backoff below 0", map[string]string{"FETCH_BACKOFF": "-1s"}, `invalid FETCH_BACKOFF "-1s": must be a duration of 0s or more`},
		{"a timeout of 0", map[string]string{"FETCH_TIMEOUT": "0s"}, "FETCH_TIMEOUT"},
		{"zero parallel ranges", map[string]string{"FETCH_PARALLEL": "0"}, "FETCH_PARALLEL"},
		{"no entries", map[string]string{"FETCH_ARCHIVE_MAX_ENTRIES": "0"}, "FETCH_ARCHIVE_MAX_ENTRIES"},
		{"bytes with a unit", map[string]string{"FETCH_ARCHIVE_MAX_BYTES": "1GiB"}, "FETCH_ARCHIVE_MAX_BYTES"},
		{"a ratio of 0", map[string]string{"FETCH_ARCHIVE_MAX_RATIO": "0"}, "FETCH_ARCHIVE_MAX_RATIO"},
		{"a window below that of zstd -19", map[string]string{"FETCH_ARCHIVE_MAX_WINDOW": "8388607"}, "FETCH_ARCHIVE_MAX_WINDOW"},
		{"a window above that of zstd --long=31", map[string]string{"FETCH_ARCHIVE_MAX_WINDOW": "2147483649"}, "FETCH_ARCHIVE_MAX_WINDOW"},
		{"a part size above the maximum", map[string]string{"FETCH_PART_SIZE": "1073741824"}, "FETCH_PART_SIZE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := request.FromEnv(env(tt.changes))
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
		})
	}
}

func TestFromEnv_zeroBackoff(t *testing.T) {
	for _, text := range []string{"0s", "0"} {
		req, err := request.FromEnv(env(map[string]string{"FETCH_BACKOFF": text}))
		require.NoError(t, err)
		require.Zero(t, req.Backoff)
	}
}

func TestFromEnv_modelFolder(t *testing.T) {
	for _, tt := range []struct{ name, local, folder, wantFolder, wantDest string }{
		{"the folder of the model by default", "/models/model.joblib", "", "/models", "model.joblib"},
		{"the same, explicitly", "/models/model.joblib", "/models", "/models", "model.joblib"},
		{"a model in a subfolder", "/models/finbert/model.tar.gz", "/models", "/models", "finbert/model.tar.gz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := request.FromEnv(env(map[string]string{"LOCAL_MODEL_PATH": tt.local, "MODEL_FOLDER": tt.folder}))
			require.NoError(t, err)
			require.Equal(t, tt.wantFolder, req.Folder)
			require.Equal(t, tt.wantDest, req.Artifacts[0].Dest)
		})
	}
}

func TestFromEnv_reportsAllErrors(t *testing.T) {
	_, err := request.FromEnv(env(map[string]string{
		"S3_BUCKET": "", "S3_MODEL_PATH": "", "LOCAL_MODEL_PATH": "m", "MODEL_SHA256": "x",
		"FETCH_RETRIES": "many", "ARTIFACTS": `[{"bucket":"b","path":"/p","dest":"../d","sha256":"y"}]`,
	}))
	for _, want := range []string{
		"no bucket", "LOCAL_MODEL_PATH", "FETCH_RETRIES", `the model: invalid sha256 "x"`,
		`ARTIFACTS[0]: invalid path "/p"`, `ARTIFACTS[0]: invalid dest "../d"`, `ARTIFACTS[0]: invalid sha256 "y"`,
	} {
		require.ErrorContains(t, err, want)
	}
}
