package iamtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/minio/pkg/v3/policy"
	"github.com/minio/pkg/v3/wildcard"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// eksEvaluator answers as AWS does within one account: a policy of the role or of the bucket has to allow, and
// neither may deny.
type eksEvaluator struct {
	*stacktest.Record
	// https tells whether the requests are by HTTPS.
	https bool
}

var s3Actions = map[string]policy.Action{
	"read": policy.GetObjectAction, "read version": policy.GetObjectVersionAction, "list": policy.ListBucketAction,
	"write": policy.PutObjectAction, "delete": policy.DeleteObjectAction, "open": policy.PutBucketPolicyAction,
}

func (e eksEvaluator) allows(t *testing.T, q accessRequest) bool {
	t.Helper()
	bucket, _ := e.MustGet(t, "s3/bucketV2:BucketV2", q.bucket).Input("bucket").(string)
	context := map[string][]string{"SecureTransport": {strconv.FormatBool(e.https)}}
	object := q.object
	if q.verb == "list" {
		context["prefix"], object = []string{q.object}, ""
	}
	statements := policyStatements(t, e.MustGet(t, "BucketPolicy", q.bucket).Input("policy"))
	own, delivery := splitPolicy(t, statements, func(s statement) bool { return strings.Contains(string(s.Principal), "Service") })
	guard, err := policy.ParseBucketPolicyConfig(strings.NewReader(own), bucket)
	require.NoError(t, err)
	guarded := guard.IsAllowed(policy.BucketPolicyArgs{
		Action: s3Actions[q.verb], BucketName: bucket, ObjectName: object, ConditionValues: context, IsOwner: true,
	})
	if !guarded { // to the owner, only a statement that denies is a no
		return false
	}
	deployment, isService := deployments[q.principal]
	if !isService {
		for _, s := range delivery {
			if s.allows(t, string(s3Actions[q.verb]), "arn:aws:s3:::"+bucket+"/"+q.object, map[string]string{"aws:SourceAccount": stacktest.AccountID}) && q.principal == "logs" {
				return true
			}
		}
		return false
	}
	mine, _ := splitPolicy(t, policyStatements(t, e.MustGet(t, "RolePolicy", deployment).Input("policy")), isKMS)
	role, err := policy.ParseConfig(strings.NewReader(mine))
	require.NoError(t, err)
	return role.IsAllowed(policy.Args{
		AccountName: deployment, Action: s3Actions[q.verb], BucketName: bucket, ObjectName: object, ConditionValues: context,
	})
}

func TestBucketPolicy_deniesWithoutTLS(t *testing.T) {
	r := runStack(t, "eks", nil)
	for who := range deployments {
		for _, verb := range []string{"read", "list"} {
			q := accessRequest{who, verb, "models", who + "/"}
			require.True(t, eksEvaluator{r, true}.allows(t, q), "%+v", q)
			require.False(t, eksEvaluator{r, false}.allows(t, q), "%+v", q)
		}
	}
}

// A release may pin a version, which is another action to S3.
func TestRolePolicy_objectVersions(t *testing.T) {
	r := runStack(t, "eks", nil)
	for who := range deployments {
		for whose := range deployments {
			require.Equal(t, who == whose, eksEvaluator{r, true}.allows(t, accessRequest{who, "read version", "models", whose + "/model.joblib"}))
		}
	}
}

// The way in which a pod gets its role changes nothing of what the role may do.
func TestPodIdentity_sameAccess(t *testing.T) {
	agent := eksEvaluator{runStack(t, "eks", map[string]any{"identity": "podIdentity"}), true}
	for who := range deployments {
		for whose := range deployments {
			require.Equal(t, who == whose, agent.allows(t, accessRequest{who, "read", "models", whose + "/model.joblib"}))
		}
	}
}

// statement is one that the evaluator knows nothing of: KMS, and services of AWS as principals. What it is
// about is said outright, but for wildcards in resources.
type statement struct {
	Effect    string
	Principal json.RawMessage `json:",omitempty"`
	Action    []string
	Resource  []string
	Condition map[string]map[string]string
}

// allows tells whether the statement is about an action on a resource in a context.
func (s statement) allows(t *testing.T, action, resource string, context map[string]string) bool {
	t.Helper()
	for operator, keys := range s.Condition {
		require.Equal(t, "StringEquals", operator)
		for key, value := range keys {
			if context[key] != value {
				return false
			}
		}
	}
	for _, pattern := range s.Resource {
		if slices.Contains(s.Action, action) && wildcard.Match(pattern, resource) {
			return s.Effect == "Allow"
		}
	}
	return false
}

func isKMS(s statement) bool { return strings.HasPrefix(s.Action[0], "kms:") }

func policyStatements(t *testing.T, text any) []json.RawMessage {
	t.Helper()
	var document struct{ Statement []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(text.(string)), &document))
	require.NotEmpty(t, document.Statement)
	return document.Statement
}

// splitPolicy parts a policy into a document of what the evaluator knows, and the statements that it does not.
func splitPolicy(t *testing.T, statements []json.RawMessage, apart func(statement) bool) (known string, unknown []statement) {
	t.Helper()
	var kept []json.RawMessage
	for _, text := range statements {
		var s statement
		if json.Unmarshal(text, &s) == nil && apart(s) {
			unknown = append(unknown, s)
		} else {
			kept = append(kept, text)
		}
	}
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": kept})
	require.NoError(t, err)
	return string(document), unknown
}

// The buckets' key opens to the services through S3 of the region, and to nothing else that they might call.
func TestRolePolicy_kmsKeyThroughS3Only(t *testing.T) {
	r := runStack(t, "eks", nil)
	key := stacktest.KMSKeyArn("buckets")
	for who, deployment := range deployments {
		_, kms := splitPolicy(t, policyStatements(t, r.MustGet(t, "RolePolicy", deployment).Input("policy")), isKMS)
		for _, test := range []struct {
			action, key, via string
			want             bool
		}{
			{"kms:Decrypt", key, "s3.eu-west-1.amazonaws.com", true},
			{"kms:Decrypt", key, "s3.us-east-1.amazonaws.com", false},
			{"kms:Decrypt", key, "secretsmanager.eu-west-1.amazonaws.com", false},
			{"kms:Decrypt", key, "", false},
			{"kms:Decrypt", stacktest.KMSKeyArn("secrets"), "s3.eu-west-1.amazonaws.com", false},
			{"kms:Encrypt", key, "s3.eu-west-1.amazonaws.com", false},
			{"kms:GenerateDataKey", key, "s3.eu-west-1.amazonaws.com", false},
			{"kms:ScheduleKeyDeletion", key, "s3.eu-west-1.amazonaws.com", false},
		} {
			var may bool
			for _, s := range kms {
				may = may || s.allows(t, test.action, test.key, map[string]string{"kms:ViaService": test.via})
			}
			require.Equal(t, test.want, may, "%s: %+v", who, test)
		}
	}
}
