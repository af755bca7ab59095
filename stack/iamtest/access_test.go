// Package iamtest evaluates what the program grants, in place of comparing it: the policies of the three
// services are put before an evaluator, with the questions that an auditor would ask.
//
// It is a module of its own because the evaluator, MinIO's, is under the AGPL: nothing that is built from this
// repository has it in.
package iamtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// accessRequest is whether somebody may do something. Bucket is by the catalogue's name; name is an object's, or for
// a list the prefix that it is of.
type accessRequest struct {
	principal, verb, bucket, object string
}

// evaluator answers for one cloud.
type evaluator interface {
	allows(t *testing.T, q accessRequest) bool
}

// evaluators are the clouds' ways to answer, each from what the program has registered there.
func evaluators(t *testing.T) map[string]evaluator {
	t.Helper()
	return map[string]evaluator{"gke": gkeEvaluator{runStack(t, "gke", nil)}, "eks": eksEvaluator{Record: runStack(t, "eks", nil), https: true}}
}

func runStack(t *testing.T, name string, set map[string]any) *stacktest.Record {
	t.Helper()
	settings, err := configtest.RepositoryStack(name)
	require.NoError(t, err)
	for path, value := range set {
		settings.Set(path, value)
	}
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, name, settings, false)
	require.NoError(t, err)
	return record
}

// deployments are the services' accounts by the catalogue's names.
var deployments = map[string]string{
	"bankchurn": "bankchurn-predictor", "chicagotaxi": "chicagotaxi-pipeline", "nlpinsight": "nlpinsight-analyzer",
}

// readableBuckets are the buckets that each service has artifacts in.
var readableBuckets = map[string][]string{
	"bankchurn": {"models", "datasets"}, "chicagotaxi": {"models"}, "nlpinsight": {"models", "datasets"},
}

// TestAccess_matrix asks the same of both clouds: a service reads and lists below its own prefix, in the
// buckets that it has artifacts in, and does nothing else anywhere.
func TestAccess_matrix(t *testing.T) {
	var questions []accessRequest
	want := map[accessRequest]bool{}
	ask := func(is bool, who, verb, bucket, name string) {
		q := accessRequest{who, verb, bucket, name}
		questions, want[q] = append(questions, q), is
	}
	for who := range deployments {
		for _, bucket := range []string{"models", "datasets", "access-logs"} {
			for whose := range deployments {
				own := who == whose && slices.Contains(readableBuckets[who], bucket)
				ask(own, who, "read", bucket, whose+"/model.joblib")
				ask(own, who, "read", bucket, whose+"/v1/deep/model.joblib")
				ask(own, who, "list", bucket, whose+"/")
				ask(own, who, "list", bucket, whose+"/v1/")
				for _, verb := range []string{"write", "delete"} {
					ask(false, who, verb, bucket, whose+"/model.joblib")
				}
			}
			for _, name := range []string{who, who + "-old/model.joblib", "x/" + who + "/model.joblib", "model.joblib", "*", who[:4] + "*/model.joblib"} {
				ask(false, who, "read", bucket, name)
			}
			for _, prefix := range []string{"", "/", who, who[:4], who + "-old/"} {
				ask(false, who, "list", bucket, prefix)
			}
			ask(false, who, "open", bucket, "")
		}
	}
	for _, who := range []string{"logs", "stranger"} {
		for _, bucket := range []string{"models", "datasets", "access-logs"} {
			ask(who == "logs" && bucket == "access-logs", who, "write", bucket, "models/2026-12-01")
			ask(false, who, "read", bucket, "bankchurn/model.joblib")
			ask(false, who, "list", bucket, "bankchurn/")
			ask(false, who, "delete", bucket, "bankchurn/model.joblib")
		}
	}
	for cloud, judge := range evaluators(t) {
		t.Run(cloud, func(t *testing.T) {
			for _, q := range questions {
				require.Equal(t, want[q], judge.allows(t, q), "%+v", q)
			}
		})
	}
	require.Contains(t, fmt.Sprint(want), "true", "somebody may do something")
}
