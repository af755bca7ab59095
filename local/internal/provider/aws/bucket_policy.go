package aws

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

// effectiveBucketPolicy returns the bucket policy for the local object store, which has no IAM policies: the
// statements of all roles' policies about this bucket, with the role's account as the principal, and the statements of
// the bucket policy. Without statements there is no policy. Roles without an account in the store are left out.
func effectiveBucketPolicy(cloud *cloudstate.Cloud, bucket string, hasAccount func(roleID string) bool) (iampolicy.Document, error) {
	effective := iampolicy.Document{Version: "2012-10-17"}
	for _, role := range cloud.OfType(RoleType) {
		if !hasAccount(role.ID) {
			continue
		}
		policies, err := rolePolicies(cloud, role)
		if err != nil {
			return effective, err
		}
		for _, policy := range policies {
			for _, s := range policy.Statement {
				restricted, ok, err := restrictToBucket(s, bucket)
				if err != nil {
					return effective, fmt.Errorf("policy of role %q: %w", role.ID, err)
				}
				if ok {
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
	policy, err := iampolicy.Parse(bucketPolicy.Inputs["policy"])
	if err != nil {
		return effective, fmt.Errorf("policy of bucket %q: %w", bucket, err)
	}
	for _, s := range policy.Statement {
		// The local store has no TLS, so a statement that requires it would deny everything. AWS services, such as log
		// delivery, do not exist here.
		if requiresTLS(s) || isServicePrincipal(s.Principal) {
			continue
		}
		restricted, ok, err := restrictToBucket(s, bucket)
		if err != nil {
			return effective, fmt.Errorf("policy of bucket %q: %w", bucket, err)
		}
		if ok {
			restricted.Principal = toAccountPrincipals(cloud, s.Principal)
			effective.Statement = append(effective.Statement, restricted)
		}
	}
	return effective, nil
}

// rolePolicies returns a role's inline policies and its RolePolicy resources. Managed policies are left out: AWS's own
// grant nothing on the program's buckets.
func rolePolicies(cloud *cloudstate.Cloud, role cloudstate.Resource) ([]iampolicy.Document, error) {
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
	var policies []iampolicy.Document
	for _, text := range texts {
		policy, err := iampolicy.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("policy of role %q: %w", role.ID, err)
		}
		policies = append(policies, policy)
	}
	return policies, nil
}

// restrictToBucket returns a statement's S3 actions and its resources in this bucket, and false if there are none.
// Resource patterns become those of the bucket, and of its objects.
func restrictToBucket(s iampolicy.Statement, bucket string) (iampolicy.Statement, bool, error) {
	const arnPrefix = "arn:aws:s3:::"
	restricted := iampolicy.Statement{Effect: s.Effect, Condition: s.Condition}
	for _, action := range s.Action {
		switch service, name, _ := strings.Cut(action, ":"); {
		case action == "*":
			restricted.Action = append(restricted.Action, "s3:*")
		case strings.EqualFold(service, "s3"):
			restricted.Action = append(restricted.Action, "s3:"+name)
		case strings.ContainsAny(service, "*?"):
			return restricted, false, fmt.Errorf("unsupported action %q: must have the name of a service", action)
		}
	}
	for _, resource := range s.Resource {
		if resource == "*" {
			resource = arnPrefix + "*"
		}
		pattern, ok := strings.CutPrefix(resource, arnPrefix)
		if !ok {
			continue
		}
		if strings.Contains(pattern, "${") {
			return restricted, false, fmt.Errorf("unsupported resource %q: policy variables are not evaluated", resource)
		}
		if iampolicy.Match(pattern, bucket) {
			restricted.Resource = append(restricted.Resource, arnPrefix+bucket)
		}
		for _, key := range iampolicy.Remainders(pattern, bucket+"/") {
			if key != "" {
				restricted.Resource = append(restricted.Resource, arnPrefix+bucket+"/"+key)
			}
		}
	}
	if len(restricted.Action) == 0 || len(restricted.Resource) == 0 {
		return restricted, false, nil
	}
	return restricted, true, checkConditions(s.Condition)
}

// checkConditions returns an error for a condition that the object store would not evaluate as S3 does.
func checkConditions(conditions map[string]map[string]iampolicy.Strings) error {
	for operator, keys := range conditions {
		if operator != "StringEquals" && operator != "StringLike" {
			return fmt.Errorf("unsupported condition operator %q: must be StringEquals or StringLike", operator)
		}
		for key := range keys {
			if !strings.EqualFold(key, "s3:prefix") {
				return fmt.Errorf("unsupported condition key %q: must be s3:prefix", key)
			}
		}
	}
	return nil
}

// requiresTLS reports whether a statement has a condition on TLS.
func requiresTLS(s iampolicy.Statement) bool {
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
