// Package iamtest evaluates the IAM policies and bindings that the program registers with a policy evaluator.
//
// It is a module of its own because MinIO's evaluator is licensed under the AGPL. No program of this repository
// contains it.
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

// accessRequest is a request of a principal: the name of a service, logDelivery or outsider. The bucket is the
// bucket's config key. The object is the prefix if the verb is list.
type accessRequest struct {
	principal, verb, bucket, object string
}

// Principals that are not services.
const (
	logDelivery = "log delivery"
	outsider    = "outsider"
)

// evaluator decides about requests on one cloud.
type evaluator interface {
	allows(t *testing.T, request accessRequest) bool
}

// evaluators returns the evaluators of the repository's stacks.
func evaluators(t *testing.T) map[string]evaluator {
	t.Helper()
	return map[string]evaluator{
		"gke": gkeEvaluator{runStack(t, "gke", nil)},
		"eks": eksEvaluator{Record: runStack(t, "eks", nil), usesHTTPS: true},
	}
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

// deployments are the services' Deployments, which are also the names of their service accounts.
var deployments = map[string]string{
	"bankchurn": "bankchurn-predictor", "chicagotaxi": "chicagotaxi-pipeline", "nlpinsight": "nlpinsight-analyzer",
}

// readableBuckets are, by service, the buckets with its artifacts.
var readableBuckets = map[string][]string{
	"bankchurn": {"models", "datasets"}, "chicagotaxi": {"models"}, "nlpinsight": {"models", "datasets"},
}

// A service may read and list its own prefix in the buckets with its artifacts, and nothing else. Log delivery may
// write to the access log bucket only.
func TestAccess_matrix(t *testing.T) {
	var requests []accessRequest
	want := map[accessRequest]bool{}
	expect := func(allowed bool, principal, verb, bucket, object string) {
		request := accessRequest{principal, verb, bucket, object}
		requests, want[request] = append(requests, request), allowed
	}
	for service := range deployments {
		for _, bucket := range []string{"models", "datasets", "access-logs"} {
			for owner := range deployments {
				readable := service == owner && slices.Contains(readableBuckets[service], bucket)
				expect(readable, service, "read", bucket, owner+"/model.joblib")
				expect(readable, service, "read", bucket, owner+"/v1/deep/model.joblib")
				expect(readable, service, "list", bucket, owner+"/")
				expect(readable, service, "list", bucket, owner+"/v1/")
				for _, verb := range []string{"write", "delete"} {
					expect(false, service, verb, bucket, owner+"/model.joblib")
				}
			}
			for _, object := range []string{
				service, service + "-old/model.joblib", "x/" + service + "/model.joblib", "model.joblib", "*",
				service[:4] + "*/model.joblib",
			} {
				expect(false, service, "read", bucket, object)
			}
			for _, prefix := range []string{"", "/", service, service[:4], service + "-old/"} {
				expect(false, service, "list", bucket, prefix)
			}
			expect(false, service, "set policy", bucket, "")
		}
	}
	for _, principal := range []string{logDelivery, outsider} {
		for _, bucket := range []string{"models", "datasets", "access-logs"} {
			expect(principal == logDelivery && bucket == "access-logs", principal, "write", bucket, "models/2026-12-01")
			expect(false, principal, "read", bucket, "bankchurn/model.joblib")
			expect(false, principal, "list", bucket, "bankchurn/")
			expect(false, principal, "delete", bucket, "bankchurn/model.joblib")
		}
	}
	for cloud, evaluator := range evaluators(t) {
		t.Run(cloud, func(t *testing.T) {
			for _, request := range requests {
				require.Equal(t, want[request], evaluator.allows(t, request), "%+v", request)
			}
		})
	}
	require.Contains(t, fmt.Sprint(want), "true", "at least one request has to be allowed")
}
