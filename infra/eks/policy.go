package eks

import (
	"encoding/json"
	"fmt"
	"strings"
)

// irsaAudience is the audience of the service account tokens of IRSA.
const irsaAudience = "sts.amazonaws.com"

// policyStatement is a statement of an IAM policy document.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type policyStatement struct {
	Sid       string         `json:"Sid,omitempty"`
	Effect    string         `json:"Effect"`
	Principal any            `json:"Principal,omitempty"`
	Action    []string       `json:"Action"`
	Resource  []string       `json:"Resource,omitempty"`
	Condition map[string]any `json:"Condition,omitempty"`
}

// policyDocument returns an IAM policy document in JSON.
func policyDocument(statements ...policyStatement) (string, error) {
	document, err := json.Marshal(struct {
		Version   string            `json:"Version"`
		Statement []policyStatement `json:"Statement"`
	}{"2012-10-17", statements})
	return string(document), err
}

// Prefix selects the objects in a bucket whose names begin with Prefix.
type Prefix struct {
	// BucketArn is the ARN of the bucket.
	BucketArn string
	// Prefix ends in "/".
	Prefix string
}

// ReadOnlyPolicy returns the policy document that allows reading some prefixes. ListBucket has a statement of its own,
// since its condition would deny GetObject. Without ListBucket S3 answers 403 for an object that does not exist, and
// not 404. The key that encrypts the buckets can be used through S3 in the region only.
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
	viaService := "s3." + region + "." + RegionPartition(region).DNSSuffix
	statements = append(statements, policyStatement{
		Sid: "Decrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{keyArn},
		Condition: map[string]any{"StringEquals": map[string]string{"kms:ViaService": viaService}},
	})
	return policyDocument(statements...)
}

// IRSATrustPolicy returns the trust policy that allows one service account to assume a role by IRSA. providerArn is the
// ARN of the cluster's OIDC provider and issuer its URL.
func IRSATrustPolicy(providerArn, issuer, namespace, serviceAccount string) (string, error) {
	claims := strings.TrimPrefix(issuer, "https://")
	return policyDocument(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Federated": providerArn},
		Action: []string{"sts:AssumeRoleWithWebIdentity"},
		Condition: map[string]any{"StringEquals": map[string]string{
			claims + ":aud": irsaAudience,
			claims + ":sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount),
		}},
	})
}

// PodIdentityTrustPolicy returns the trust policy that allows one service account of one cluster to assume a role by
// Pod Identity. Every association in the account has the same principal, so the policy needs the session tags that EKS
// sets.
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

// ServiceTrustPolicy returns the trust policy that allows an AWS service to assume a role.
func ServiceTrustPolicy(service string) (string, error) {
	return policyDocument(policyStatement{
		Effect: "Allow", Principal: map[string]string{"Service": service}, Action: []string{"sts:AssumeRole"},
	})
}

// ImagePullPolicy returns the policy of an ECR repository that allows accounts, roles and users to pull its images. In
// another account, their own policies have to allow it, too.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
func ImagePullPolicy(readers []string) (string, error) {
	return policyDocument(policyStatement{
		Sid: "Pull", Effect: "Allow", Principal: map[string][]string{"AWS": readers},
		Action: []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
	})
}

// DenyInsecureTransport returns the bucket policy that denies requests without TLS.
func DenyInsecureTransport(bucketArn string) (string, error) {
	return policyDocument(insecureTransportStatement(bucketArn))
}

// AccessLogDeliveryPolicy returns the policy of a bucket for access logs: S3 may write the logs of the account's own
// buckets, and no others.
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
