// Package contract tests the program against its consumers: the fetcher, Pod Security admission and IAM.
package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// fetcherRequests runs the program with a stack's config and returns the request that the fetcher of each service
// parses from its ConfigMap.
func fetcherRequests(t require.TestingT, name string, settings configtest.Settings) map[string]request.Request {
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, name, settings, false)
	require.NoError(t, err)
	requests := map[string]request.Request{}
	for _, configMap := range record.ByType("kubernetes:core/v1:ConfigMap") {
		data, ok := configMap.Input("data").(map[string]any)
		require.True(t, ok, configMap)
		req, err := request.FromEnv(func(key string) (string, bool) {
			value, ok := data[key].(string)
			return value, ok
		})
		require.NoError(t, err, "%s: %v", configMap, data)
		requests[strings.TrimSuffix(configMap.Name, "-model")] = req
	}
	return requests
}

// digestOf returns a digest that is different for each artifact.
func digestOf(artifact string) string { return fmt.Sprintf("%064x", artifact) }

// stackSettings returns the config of the repository's stack, with different digests and a backend for NLPInsight.
func stackSettings(t require.TestingT, name, backend string) configtest.Settings {
	settings, err := configtest.RepositoryStack(name)
	require.NoError(t, err)
	for service, artifacts := range map[string][]string{
		"bankchurn": {"model", "dataset"}, "nlpinsight": {"model", "dataset"}, "chicagotaxi": {"model", "predictions"},
	} {
		for _, artifact := range artifacts {
			settings.Set("releases."+service+".artifacts."+artifact+".sha256", strings.ToUpper(digestOf(service+" "+artifact)))
		}
	}
	settings.Set("releases.nlpinsight.backend", backend)
	if backend == "finbert" {
		settings.Set("releases.nlpinsight.backends.finbert.artifacts.model", map[string]any{
			"path": "nlpinsight/finbert/v1/model.tar.gz", "sha256": strings.ToUpper(digestOf("nlpinsight model")), "size": "440MB",
		})
	}
	return settings
}

var clouds = map[string]struct {
	cloud            request.Cloud
	scheme           string
	models, datasets string
}{
	"gke": {request.GCS, "gs", "modelferry-demo-gke-models", "modelferry-demo-gke-datasets"},
	"eks": {request.S3, "s3", "123456789012-eu-west-1-eks-models", "123456789012-eu-west-1-eks-datasets"},
}

func TestFetcherRequest_fromConfigMap(t *testing.T) {
	for name, cloud := range clouds {
		for _, backend := range []string{"tfidf", "finbert"} {
			t.Run(name+"/"+backend, func(t *testing.T) {
				artifact := func(service, name, bucket, path, dest string) request.Artifact {
					return request.Artifact{Bucket: bucket, Path: path, Dest: dest, SHA256: digestOf(service + " " + name)}
				}
				sentiment := artifact("nlpinsight", "model", cloud.models, "nlpinsight/model.joblib", "model.joblib")
				if backend == "finbert" {
					sentiment = artifact("nlpinsight", "model", cloud.models, "nlpinsight/finbert/v1/model.tar.gz", "finbert/model.tar.gz")
					sentiment.Extract = true
				}
				want := map[string][]request.Artifact{
					"bankchurn": {
						artifact("bankchurn", "model", cloud.models, "bankchurn/model.joblib", "model.joblib"),
						artifact("bankchurn", "dataset", cloud.datasets, "bankchurn/v1/Churn.csv", "data/raw/Churn.csv"),
					},
					"chicagotaxi": {
						artifact("chicagotaxi", "model", cloud.models, "chicagotaxi/model.joblib", "model.joblib"),
						artifact("chicagotaxi", "predictions", cloud.models, "chicagotaxi/predictions.csv", "predictions/predictions.csv"),
					},
					"nlpinsight": {
						sentiment,
						artifact("nlpinsight", "dataset", cloud.datasets, "nlpinsight/v1/financial_phrasebank.csv", "data/raw/train.csv"),
					},
				}
				got := fetcherRequests(t, name, stackSettings(t, name, backend))
				require.Len(t, got, len(want))
				for service, req := range got {
					require.Equal(t, cloud.cloud, req.Cloud)
					require.Equal(t, "/models", req.Folder, "the volume's mount, wherever in it the model lies")
					require.Equal(t, want[service], req.Artifacts, service)
					require.True(t, req.IsPinned())
					require.Equal(t, cloud.scheme+"://"+cloud.models+"/"+req.Artifacts[0].Path, req.URL(req.Artifacts[0]))
				}
				require.Equal(t, map[string]string{"tfidf": ".", "finbert": "finbert"}[backend], got["nlpinsight"].Artifacts[0].Folder())
			})
		}
	}
}

// The fetcher gets the signer of each artifact, with the trusted root that they share.
func TestFetcherRequest_signatures(t *testing.T) {
	for name := range clouds {
		settings := stackSettings(t, name, "tfidf")
		for key, value := range configtest.Keyless() {
			settings.Set("signatures."+key, value)
		}
		const artifacts = "releases.bankchurn.artifacts."
		settings.Set(artifacts+"model.signature", map[string]any{"path": "bankchurn/model.sig"})
		settings.Set(artifacts+"dataset.signature", map[string]any{
			"path": "bankchurn/data.sig", "identityRegexp": "a.*", "issuer": "https://b",
		})
		got := fetcherRequests(t, name, settings)["bankchurn"].Artifacts
		root := got[0].Signature.TrustedRoot
		require.JSONEq(t, configtest.TrustedRoot, root)
		require.Equal(t, &request.Signature{Path: "bankchurn/model.sig", Signer: signature.Signer{
			Identity: configtest.Identity, Issuer: configtest.Issuer, TrustedRoot: root,
		}}, got[0].Signature)
		require.Equal(t, &request.Signature{Path: "bankchurn/data.sig", Signer: signature.Signer{
			IdentityRegexp: "a.*", Issuer: "https://b", TrustedRoot: root,
		}}, got[1].Signature)
	}
}
