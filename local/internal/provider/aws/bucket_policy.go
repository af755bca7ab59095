package aws

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// policyDocument is a policy of IAM or of a bucket.
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

// policyStatement is one of its statements; what AWS lets be one or several is several here.
type policyStatement struct {
	Effect    string
	Principal any `json:",omitempty"`
	Action    stringOrSlice
	Resource  stringOrSlice
	Condition map[string]map[string]stringOrSlice `json:",omitempty"`
}

type stringOrSlice []string

// UnmarshalJSON takes a string for a list of one.
func (l *stringOrSlice) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = stringOrSlice{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

// parsePolicy reads a policy property, which is JSON text or an object.
func parsePolicy(policy any) (policyDocument, error) {
	var d policyDocument
	content, isText := policy.(string)
	if !isText {
		encoded, err := json.Marshal(policy)
		if err != nil {
			return d, err
		}
		content = string(encoded)
	}
	err := json.Unmarshal([]byte(content), &d)
	return d, err
}

// effectiveBucketPolicy is the policy that gives each role's account, on one bucket, what the role's policies say,
// and that has what the bucket's own policy says. An empty one stands for none.
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
		// The local store speaks plain HTTP within one machine: a demand for TLS would shut everyone out.
		// And no service of AWS, such as its log delivery, is here to be let in.
		if restricted, ok := restrictToBucket(s, bucket); ok && !requiresTLS(s) && !isServicePrincipal(s.Principal) {
			restricted.Principal = toAccountPrincipals(cloud, s.Principal)
			effective.Statement = append(effective.Statement, restricted)
		}
	}
	return effective, nil
}

// rolePolicies are the inline policies of a role, its own and those that are resources of their own. Managed
// policies of AWS grant nothing on the program's buckets.
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

// restrictToBucket keeps of a statement what is about S3 and this bucket. Patterns in the bucket's name are resolved.
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

func requiresTLS(s policyStatement) bool {
	for _, condition := range s.Condition {
		if _, ok := condition["aws:SecureTransport"]; ok {
			return true
		}
	}
	return false
}

func isServicePrincipal(principal any) bool {
	names, _ := principal.(map[string]any)
	_, ok := names["Service"]
	return ok && len(names) == 1
}

// toAccountPrincipals are a bucket policy's principals with accounts in place of roles.
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

// roleAccessKeyID is the name of a role's account.
func roleAccessKeyID(role cloudstate.Resource) string {
	id, _ := role.Outputs["uniqueId"].(string)
	return id
}
