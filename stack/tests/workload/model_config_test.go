package workload

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// The ConfigMap must not contain any other key: a variable of another cloud's SDK would change where the fetcher reads.
func TestModelConfig_fetcherEnvironment(t *testing.T) {
	artifacts := map[string]struct{ bucket, path, dest string }{
		"bankchurn":   {"datasets", "bankchurn/v1/Churn.csv", "data/raw/Churn.csv"},
		"chicagotaxi": {"models", "chicagotaxi/predictions.csv", "predictions/predictions.csv"},
		"nlpinsight":  {"datasets", "nlpinsight/v1/financial_phrasebank.csv", "data/raw/train.csv"},
	}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		object := r.MustGet(t, "kubernetes:core/v1:ConfigMap", s.Name+"-model")
		data, ok := object.Input("data").(map[string]any)
		require.True(t, ok)
		want, err := json.Marshal([]map[string]any{{
			"bucket": p.Buckets[artifacts[s.Name].bucket], "path": artifacts[s.Name].path, "dest": artifacts[s.Name].dest,
			"sha256": stacktest.Digest,
		}})
		require.NoError(t, err)
		require.JSONEq(t, string(want), data["ARTIFACTS"].(string))
		require.Equal(t, stacktest.Merge(p.Env, map[string]any{
			p.BucketEnvVar:     p.Buckets["models"],
			p.PathEnvVar:       s.ModelPath,
			"LOCAL_MODEL_PATH": s.ModelDest,
			"MODEL_FOLDER":     "/models",
			"MODEL_SHA256":     stacktest.Digest,
			"ARTIFACTS":        data["ARTIFACTS"],
			"FETCH_RETRIES":    "3",
			"FETCH_BACKOFF":    "10s",
			"FETCH_TIMEOUT":    "5m0s",
		}), data)
		require.Equal(t, true, object.Input("immutable"))
		require.Nil(t, object.Input("metadata.name"), "the engine generates a new name for a changed ConfigMap")
		require.Equal(t, "ml-portfolio", object.Input("metadata.namespace"))
	})
}

func TestModelConfig_configuredValues(t *testing.T) {
	set := map[string]any{
		"fetcher.retries": 0, "fetcher.backoff": "1s", "fetcher.timeout": "90s", "fetcher.identityWait": "2m", "fetcher.parallel": 4,
		"fetcher.partSize":                             "16MiB",
		"releases.bankchurn.artifacts.model.version":   "1763901234567891",
		"releases.bankchurn.artifacts.model.sha256":    nil,
		"releases.nlpinsight.backend":                  "finbert",
		"releases.nlpinsight.artifacts.dataset.path":   "nlpinsight/v2/train.tar.zst",
		"services.chicagotaxi.artifacts.model.extract": false,
		"releases.chicagotaxi.artifacts.model.path":    "chicagotaxi/env.tar.gz",
		"releases.chicagotaxi.artifacts.model.sha256":  strings.ToUpper(strings.Repeat("ab", 32)),
		"endpoints.storage":                            "https://storage.internal",
	}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, set)
			data := func(service string) map[string]any {
				return r.MustGet(t, "kubernetes:core/v1:ConfigMap", service+"-model").Input("data").(map[string]any)
			}
			require.Subset(t, data("bankchurn"), map[string]any{
				"FETCH_RETRIES": "0", "FETCH_BACKOFF": "1s", "FETCH_TIMEOUT": "1m30s", "FETCH_IDENTITY_WAIT": "2m0s", "FETCH_PARALLEL": "4",
				"FETCH_PART_SIZE": "16777216",
				"MODEL_VERSION":   "1763901234567891",
			})
			require.NotContains(t, data("bankchurn"), "MODEL_SHA256", "the release has no digest")
			require.Equal(t, strings.Repeat("ab", 32), data("chicagotaxi")["MODEL_SHA256"])
			require.Equal(t, "/models/finbert/model.tar.gz", data("nlpinsight")["LOCAL_MODEL_PATH"])
			require.Equal(t, "true", data("nlpinsight")["MODEL_EXTRACT"])
			require.NotContains(t, data("bankchurn"), "MODEL_EXTRACT", "the artifact is not an archive")
			require.Equal(t, "false", data("chicagotaxi")["MODEL_EXTRACT"], "the archive stays packed")
			require.Contains(t, data("nlpinsight")["ARTIFACTS"], `"extract":true`)
			endpoint := map[string]string{"gke": "GCS_ENDPOINT_URL", "eks": "AWS_ENDPOINT_URL_S3"}[p.Stack]
			require.Equal(t, "https://storage.internal", data("bankchurn")[endpoint])
		})
	}
}

// A ConfigMap with which no fetcher could be started is not created.
func TestModelConfig_artifactsLongerThanAVariable(t *testing.T) {
	certificates := strings.Repeat(configtest.Certificate, 128<<10/len(configtest.Certificate)+1)
	for _, p := range stacktest.Platforms {
		for _, preview := range []bool{false, true} {
			s := stacktest.Settings(t, p.Stack, map[string]any{"releases.bankchurn.artifacts.dataset.signature": map[string]any{
				"path": "bankchurn/data.sig", "certificate": certificates,
			}})
			program := stack.Program{ConfigKeys: s.Keys()}
			_, err := stacktest.Run(program.RegisterResources, p.Stack, s, preview)
			require.ErrorContains(t, err, "service bankchurn: its artifacts besides the model take ", "%s, preview %t", p.Stack, preview)
		}
	}
}
