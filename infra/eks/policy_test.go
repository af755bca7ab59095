package eks_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
)

func TestReadOnlyPolicy(t *testing.T) {
	text, err := eks.ReadOnlyPolicy([]eks.Prefix{{"arn:aws:s3:::m", "churn/"}, {"arn:aws:s3:::d", "churn/"}},
		"arn:aws:kms:eu-west-1:1:key/k", "eu-west-1")
	require.NoError(t, err)
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "Read0", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::m/churn/*"]},
		{"Sid": "List0", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::m"],
			"Condition": {"StringLike": {"s3:prefix": "churn/*"}}},
		{"Sid": "Read1", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::d/churn/*"]},
		{"Sid": "List1", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::d"],
			"Condition": {"StringLike": {"s3:prefix": "churn/*"}}},
		{"Sid": "Decrypt", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": ["arn:aws:kms:eu-west-1:1:key/k"],
			"Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}
	]}`, text)
}

func TestIRSATrustPolicy(t *testing.T) {
	text, err := eks.IRSATrustPolicy("arn:aws:iam::1:oidc-provider/oidc.example/id/A", "https://oidc.example/id/A", "ml-portfolio", "churn")
	require.NoError(t, err)
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/oidc.example/id/A"},
		"Action": ["sts:AssumeRoleWithWebIdentity"],
		"Condition": {"StringEquals": {
			"oidc.example/id/A:aud": "sts.amazonaws.com",
			"oidc.example/id/A:sub": "system:serviceaccount:ml-portfolio:churn"}}}]}`, text)
}

func TestServiceTrustPolicy(t *testing.T) {
	text, err := eks.ServiceTrustPolicy("ec2.amazonaws.com")
	require.NoError(t, err)
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": ["sts:AssumeRole"]}]}`, text)
}

func TestDenyInsecureTransport(t *testing.T) {
	text, err := eks.DenyInsecureTransport("arn:aws:s3:::m")
	require.NoError(t, err)
	var document struct{ Statement []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(text), &document))
	require.Equal(t, []map[string]any{{
		"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": []any{"s3:*"},
		"Resource":  []any{"arn:aws:s3:::m", "arn:aws:s3:::m/*"},
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}}, document.Statement)
}

func TestAccessLogDeliveryPolicy(t *testing.T) {
	text, err := eks.AccessLogDeliveryPolicy("arn:aws:s3:::l", "123456789012")
	require.NoError(t, err)
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::l", "arn:aws:s3:::l/*"],
			"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Sid": "AccessLogs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": ["s3:PutObject"],
			"Resource": ["arn:aws:s3:::l/*"], "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
	]}`, text)
}

func ExampleServiceTrustPolicy() {
	policy, err := eks.ServiceTrustPolicy("ec2.amazonaws.com")
	if err != nil {
		panic(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(policy), "", "  "); err != nil {
		panic(err)
	}
	fmt.Println(indented.String())
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Principal": {
	//         "Service": "ec2.amazonaws.com"
	//       },
	//       "Action": [
	//         "sts:AssumeRole"
	//       ]
	//     }
	//   ]
	// }
}
