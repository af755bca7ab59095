package aws

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// effectiveBucketPolicy returns the bucket policy for the local object store, which has no IAM policies: the
// statements of all roles' policies about this bucket, with the role's account as the principal, and the statements of
// the bucket policy. Without statements there is no policy.
func effectiveBucketPolicy(cloud *cloudstate.Cloud, bucket string) (policyDocument, error) {
	effective := policyDocument{Version: "2012-10-17"}
	for _, role := range cloud.OfType(RoleType) {
		policies, err := rolePolicies(cloud, role)
		if err != nil {
			return effective, err
		}
		for _, policy := range policies {
			for _, s := range policy.Statement {
				if restricted, ok := restrictToBucket(s, bucket); ok {
					restricted.Principal = map[string]any{"AWS": []string{roleAccessKeyID(role)}}
					effective.Statement = append(effective.Statement, restricted)
				}
			}
		}
	}
	bucketPolicy := cloud.Find(bucketPolicyType, bucket)
	if bucketPolicy == nil {
		return effective, nil
	}
	policy, err := parsePolicy(bucketPolicy.Inputs["policy"])
	if err != nil {
		return effective, fmt.Errorf("policy of bucket %q: %w", bucket, err)
	}
	for _, s := range policy.Statement {
		// The local store has no TLS, so a statement that requires it would deny everything. AWS services, such as log
		// delivery, do not exist here.
		if restricted, ok := restrictToBucket(s, bucket); ok && !requiresTLS(s) && !isServicePrincipal(s.Principal) {
			restricted.Principal = toAccountPrincipals(cloud, s.Principal)
			effective.Statement = append(effective.Statement, restricted)
		}
	}
	return effective, nil
}

// rolePolicies returns a role's inline policies and its RolePolicy resources. Managed policies are left out: AWS's own
// grant nothing on the program's buckets.
func rolePolicies(cloud *cloudstate.Cloud, role cloudstate.Resource) ([]policyDocument, error) {
	var texts []any
	inline, _ := role.Inputs["inlinePolicies"].([]any)
	for _, entry := range inline {
		if policy, ok := entry.(map[string]any); ok {
			texts = append(texts, policy["policy"])
		}
	}
	for _, record := range cloud.OfType(rolePolicyType) {
		if roleRef := record.Inputs["role"]; roleRef == role.ID || roleRef == role.Outputs["arn"] {
			texts = append(texts, record.Inputs["policy"])
		}
	}
	var policies []policyDocument
	for _, text := range texts {
		policy, err := parsePolicy(text)
		if err != nil {
			return nil, fmt.Errorf("policy of role %q: %w", role.ID, err)
		}
		policies = append(policies, policy)
	}
	return policies, nil
}

// restrictToBucket returns a statement's S3 actions and its resources in this bucket, and false if there are none.
// Wildcards in bucket names are replaced by the bucket's name.
func restrictToBucket(s policyStatement, bucket string) (policyStatement, bool) {
	restricted := policyStatement{Effect: s.Effect, Condition: s.Condition}
	for _, action := range s.Action {
		switch {
		case action == "*":
			restricted.Action = append(restricted.Action, "s3:*")
		case strings.HasPrefix(action, "s3:"):
			restricted.Action = append(restricted.Action, action)
		}
	}
	for _, resource := range s.Resource {
		name, key, hasKey := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
		switch match, err := path.Match(name, bucket); {
		case resource == "*":
			restricted.Resource = append(restricted.Resource, "arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*")
		case !strings.HasPrefix(resource, "arn:aws:s3:::") || err != nil || !match:
		case hasKey:
			restricted.Resource = append(restricted.Resource, "arn:aws:s3:::"+bucket+"/"+key)
		default:
			restricted.Resource = append(restricted.Resource, "arn:aws:s3:::"+bucket)
		}
	}
	return restricted, len(restricted.Action) > 0 && len(restricted.Resource) > 0
}

// requiresTLS reports whether a statement has a condition on TLS.
func requiresTLS(s policyStatement) bool {
	for _, condition := range s.Condition {
		if _, ok := condition["aws:SecureTransport"]; ok {
			return true
		}
	}
	return false
}

// isServicePrincipal reports whether a principal names AWS services only.
func isServicePrincipal(principal any) bool {
	names, _ := principal.(map[string]any)
	_, ok := names["Service"]
	return ok && len(names) == 1
}

// toAccountPrincipals returns a bucket policy's principal with roles' ARNs replaced by their accounts.
func toAccountPrincipals(cloud *cloudstate.Cloud, principal any) any {
	text, err := json.Marshal(principal)
	if err != nil {
		return principal
	}
	replaced := string(text)
	for _, role := range cloud.OfType(RoleType) {
		if arn, ok := role.Outputs["arn"].(string); ok {
			replaced = strings.ReplaceAll(replaced, `"`+arn+`"`, `"`+roleAccessKeyID(role)+`"`)
		}
	}
	return json.RawMessage(replaced)
}

// roleAccessKeyID returns the name, which is also the access key ID, of a role's account in the object store.
func roleAccessKeyID(role cloudstate.Resource) string {
	id, _ := role.Outputs["uniqueId"].(string)
	return id
}
