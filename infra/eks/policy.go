package eks

import (
	"encoding/json"
	"fmt"
	"strings"
)

// irsaAudience is what an IRSA token is made out to.
const irsaAudience = "sts.amazonaws.com"

// policy is an IAM policy document.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type policy struct {
	Version   string            `json:"Version"`
	Statement []policyStatement `json:"Statement"`
}

type policyStatement struct {
	Sid       string         `json:"Sid,omitempty"`
	Effect    string         `json:"Effect"`
	Principal any            `json:"Principal,omitempty"`
	Action    []string       `json:"Action"`
	Resource  []string       `json:"Resource,omitempty"`
	Condition map[string]any `json:"Condition,omitempty"`
}

func policyDocument(statements ...policyStatement) (string, error) {
	text, err := json.Marshal(policy{Version: "2012-10-17", Statement: statements})
	return string(text), err
}

// Prefix is a part of a bucket: the objects whose names begin with Prefix.
type Prefix struct {
	// BucketArn names the bucket; Prefix ends in "/".
	BucketArn, Prefix string
}

// ReadOnlyPolicy returns the policy that lets a role read some prefixes. Listing is
// a statement of its own, since its condition would deny GetObject; without
// it a missing object answers "forbidden" rather than "not found". The key
// that the buckets are encrypted with opens through the region's S3 only.
func ReadOnlyPolicy(prefixes []Prefix, keyArn, region string) (string, error) {
	var statements []policyStatement
	for k, p := range prefixes {
		statements = append(statements,
			policyStatement{
				Sid: fmt.Sprintf("Read%d", k), Effect: "Allow", Action: []string{"s3:GetObject", "s3:GetObjectVersion"},
				Resource: []string{p.BucketArn + "/" + p.Prefix + "*"},
			},
			policyStatement{
				Sid: fmt.Sprintf("List%d", k), Effect: "Allow", Action: []string{"s3:ListBucket"},
				Resource:  []string{p.BucketArn},
				Condition: map[string]any{"StringLike": map[string]string{"s3:prefix": p.Prefix + "*"}},
			})
	}
	statements = append(statements, policyStatement{
		Sid: "Decrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{keyArn},
		Condition: map[string]any{"StringEquals": map[string]string{"kms:ViaService": "s3." + region + ".amazonaws.com"}},
	})
	return policyDocument(statements...)
}

// IRSATrustPolicy returns the trust policy that lets one service account assume a
// role by IRSA. provider is the ARN of the cluster's OIDC provider and issuer its URL.
func IRSATrustPolicy(provider, issuer, namespace, serviceAccount string) (string, error) {
	claims := strings.TrimPrefix(issuer, "https://")
	return policyDocument(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Federated": provider},
		Action: []string{"sts:AssumeRoleWithWebIdentity"},
		Condition: map[string]any{"StringEquals": map[string]string{
			claims + ":aud": irsaAudience,
			claims + ":sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount),
		}},
	})
}

// PodIdentityTrustPolicy returns the trust policy that lets one service account of one
// cluster have a role by Pod Identity. EKS assumes it for whatever association
// there is in the account; the session's tags, which EKS sets by itself, say
// for whom.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
func PodIdentityTrustPolicy(clusterArn, namespace, serviceAccount string) (string, error) {
	return policyDocument(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Service": "pods.eks.amazonaws.com"},
		Action: []string{"sts:AssumeRole", "sts:TagSession"},
		Condition: map[string]any{"StringEquals": map[string]string{
			"aws:RequestTag/eks-cluster-arn":            clusterArn,
			"aws:RequestTag/kubernetes-namespace":       namespace,
			"aws:RequestTag/kubernetes-service-account": serviceAccount,
		}},
	})
}

// ServiceTrustPolicy returns the trust policy that lets an AWS service assume a role.
func ServiceTrustPolicy(service string) (string, error) {
	return policyDocument(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Service": service}, Action: []string{"sts:AssumeRole"},
	})
}

// DenyInsecureTransport returns the bucket policy that refuses requests without TLS.
func DenyInsecureTransport(bucketArn string) (string, error) {
	return policyDocument(insecureTransportStatement(bucketArn))
}

// AccessLogDeliveryPolicy returns the policy of the bucket that access logs go to: S3's log
// delivery may write for the buckets of the account, and nobody else's.
func AccessLogDeliveryPolicy(bucketArn, account string) (string, error) {
	return policyDocument(insecureTransportStatement(bucketArn), policyStatement{
		Sid: "AccessLogs", Effect: "Allow", Principal: map[string]string{"Service": "logging.s3.amazonaws.com"},
		Action: []string{"s3:PutObject"}, Resource: []string{bucketArn + "/*"},
		Condition: map[string]any{"StringEquals": map[string]string{"aws:SourceAccount": account}},
	})
}

func insecureTransportStatement(bucketArn string) policyStatement {
	return policyStatement{
		Sid: "TLSOnly", Effect: "Deny", Principal: "*", Action: []string{"s3:*"},
		Resource:  []string{bucketArn, bucketArn + "/*"},
		Condition: map[string]any{"Bool": map[string]string{"aws:SecureTransport": "false"}},
	}
}
