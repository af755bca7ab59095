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

// eksEvaluator decides like AWS within one account: the policy of the role or of the bucket has to allow the request,
// and neither may deny it.
type eksEvaluator struct {
	*stacktest.Record
	// usesHTTPS reports whether the requests use HTTPS.
	usesHTTPS bool
}

var s3Actions = map[string]policy.Action{
	"read": policy.GetObjectAction, "read version": policy.GetObjectVersionAction, "list": policy.ListBucketAction,
	"write": policy.PutObjectAction, "delete": policy.DeleteObjectAction, "set policy": policy.PutBucketPolicyAction,
}

func (e eksEvaluator) allows(t *testing.T, request accessRequest) bool {
	t.Helper()
	bucket, _ := e.MustGet(t, "s3/bucketV2:BucketV2", request.bucket).Input("bucket").(string)
	context := map[string][]string{"SecureTransport": {strconv.FormatBool(e.usesHTTPS)}}
	object := request.object
	if request.verb == "list" {
		context["prefix"], object = []string{request.object}, ""
	}
	statements := policyStatements(t, e.MustGet(t, "BucketPolicy", request.bucket).Input("policy"))
	bucketDocument, delivery := splitPolicy(t, statements,
		func(s statement) bool { return strings.Contains(string(s.Principal), "Service") })
	bucketPolicy, err := policy.ParseBucketPolicyConfig(strings.NewReader(bucketDocument), bucket)
	require.NoError(t, err)
	notDenied := bucketPolicy.IsAllowed(policy.BucketPolicyArgs{
		Action: s3Actions[request.verb], BucketName: bucket, ObjectName: object, ConditionValues: context, IsOwner: true,
	})
	if !notDenied { // IsAllowed is false for the owner only if a statement denies
		return false
	}
	deployment, isService := deployments[request.principal]
	if !isService {
		for _, s := range delivery {
			if s.allows(t, string(s3Actions[request.verb]), "arn:aws:s3:::"+bucket+"/"+request.object,
				map[string]string{"aws:SourceAccount": stacktest.AccountID}) && request.principal == logDelivery {
				return true
			}
		}
		return false
	}
	roleDocument, _ := splitPolicy(t, policyStatements(t, e.MustGet(t, "RolePolicy", deployment).Input("policy")), isKMS)
	rolePolicy, err := policy.ParseConfig(strings.NewReader(roleDocument))
	require.NoError(t, err)
	return rolePolicy.IsAllowed(policy.Args{
		AccountName: deployment, Action: s3Actions[request.verb], BucketName: bucket, ObjectName: object, ConditionValues: context,
	})
}

func TestBucketPolicy_deniesWithoutTLS(t *testing.T) {
	r := runStack(t, "eks", nil)
	for service := range deployments {
		for _, verb := range []string{"read", "list"} {
			request := accessRequest{service, verb, "models", service + "/"}
			require.True(t, eksEvaluator{r, true}.allows(t, request), "%+v", request)
			require.False(t, eksEvaluator{r, false}.allows(t, request), "%+v", request)
		}
	}
}

// Reading a specific object version is a separate action of S3.
func TestRolePolicy_objectVersions(t *testing.T) {
	r := runStack(t, "eks", nil)
	for service := range deployments {
		for owner := range deployments {
			require.Equal(t, service == owner,
				eksEvaluator{r, true}.allows(t, accessRequest{service, "read version", "models", owner + "/model.joblib"}))
		}
	}
}

func TestPodIdentity_sameAccess(t *testing.T) {
	podIdentity := eksEvaluator{runStack(t, "eks", map[string]any{"identity": "podIdentity"}), true}
	for service := range deployments {
		for owner := range deployments {
			require.Equal(t, service == owner, podIdentity.allows(t, accessRequest{service, "read", "models", owner + "/model.joblib"}))
		}
	}
}

// statement is a policy statement that the evaluator does not support: actions of KMS, and AWS services as principals.
// Its resources may have wildcards, its actions and conditions may not.
type statement struct {
	Effect    string
	Principal json.RawMessage `json:",omitempty"`
	Action    []string
	Resource  []string
	Condition map[string]map[string]string
}

// allows reports whether the statement allows an action on a resource with the given condition keys.
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

// splitPolicy returns a policy document with the supported statements, and the unsupported statements separately.
func splitPolicy(t *testing.T, statements []json.RawMessage, isUnsupported func(statement) bool) (document string,
	unsupported []statement) {
	t.Helper()
	var supported []json.RawMessage
	for _, text := range statements {
		var s statement
		if json.Unmarshal(text, &s) == nil && isUnsupported(s) {
			unsupported = append(unsupported, s)
		} else {
			supported = append(supported, text)
		}
	}
	marshalled, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": supported})
	require.NoError(t, err)
	return string(marshalled), unsupported
}

// The services may decrypt with the buckets' key, through S3 in the stack's region only.
func TestRolePolicy_kmsKeyThroughS3Only(t *testing.T) {
	r := runStack(t, "eks", nil)
	key := stacktest.KMSKeyArn("buckets")
	for service, deployment := range deployments {
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
			var allowed bool
			for _, s := range kms {
				allowed = allowed || s.allows(t, test.action, test.key, map[string]string{"kms:ViaService": test.via})
			}
			require.Equal(t, test.want, allowed, "%s: %+v", service, test)
		}
	}
}
