package aws

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// document is a policy of IAM or of a bucket.
type document struct {
	Version   string
	Statement []statement
}

// statement is one of its statements; what AWS lets be one or several is several here.
type statement struct {
	Effect    string
	Principal any `json:",omitempty"`
	Action    oneOrMore
	Resource  oneOrMore
	Condition map[string]map[string]oneOrMore `json:",omitempty"`
}

type oneOrMore []string

// UnmarshalJSON takes a string for a list of one.
func (l *oneOrMore) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

// parseDocument reads a policy property, which is JSON text or an object.
func parseDocument(policy any) (document, error) {
	var d document
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

// bucketDocument is the policy that gives each role's account, on one bucket, what the role's policies say,
// and that has what the bucket's own policy says. An empty one stands for none.
func bucketDocument(cloud *cloudstate.Cloud, bucket string) (document, error) {
	whole := document{Version: "2012-10-17"}
	for _, role := range cloud.OfType(RoleType) {
		policies, err := rolePolicies(cloud, role)
		if err != nil {
			return whole, err
		}
		for _, policy := range policies {
			for _, s := range policy.Statement {
				if narrowed, ok := narrow(s, bucket); ok {
					narrowed.Principal = map[string]any{"AWS": []string{roleAccount(role)}}
					whole.Statement = append(whole.Statement, narrowed)
				}
			}
		}
	}
	own := cloud.Find(bucketPolicyType, bucket)
	if own == nil {
		return whole, nil
	}
	policy, err := parseDocument(own.Inputs["policy"])
	if err != nil {
		return whole, fmt.Errorf("policy of bucket %q: %w", bucket, err)
	}
	for _, s := range policy.Statement {
		// The local store speaks plain HTTP within one machine: a demand for TLS would shut everyone out.
		// And no service of AWS, such as its log delivery, is here to be let in.
		if narrowed, ok := narrow(s, bucket); ok && !demandsTLS(s) && !isForService(s.Principal) {
			narrowed.Principal = accounts(cloud, s.Principal)
			whole.Statement = append(whole.Statement, narrowed)
		}
	}
	return whole, nil
}

// rolePolicies are the inline policies of a role, its own and those that are resources of their own. Managed
// policies of AWS grant nothing on the program's buckets.
func rolePolicies(cloud *cloudstate.Cloud, role cloudstate.Resource) ([]document, error) {
	var texts []any
	inline, _ := role.Inputs["inlinePolicies"].([]any)
	for _, entry := range inline {
		if policy, ok := entry.(map[string]any); ok {
			texts = append(texts, policy["policy"])
		}
	}
	for _, record := range cloud.OfType(rolePolicyType) {
		if of := record.Inputs["role"]; of == role.ID || of == role.Outputs["arn"] {
			texts = append(texts, record.Inputs["policy"])
		}
	}
	var policies []document
	for _, text := range texts {
		policy, err := parseDocument(text)
		if err != nil {
			return nil, fmt.Errorf("policy of role %q: %w", role.ID, err)
		}
		policies = append(policies, policy)
	}
	return policies, nil
}

// narrow keeps of a statement what is about S3 and this bucket. Patterns in the bucket's name are resolved.
func narrow(s statement, bucket string) (statement, bool) {
	kept := statement{Effect: s.Effect, Condition: s.Condition}
	for _, action := range s.Action {
		switch {
		case action == "*":
			kept.Action = append(kept.Action, "s3:*")
		case strings.HasPrefix(action, "s3:"):
			kept.Action = append(kept.Action, action)
		}
	}
	for _, resource := range s.Resource {
		name, key, below := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
		switch match, err := path.Match(name, bucket); {
		case resource == "*":
			kept.Resource = append(kept.Resource, "arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*")
		case !strings.HasPrefix(resource, "arn:aws:s3:::") || err != nil || !match:
		case below:
			kept.Resource = append(kept.Resource, "arn:aws:s3:::"+bucket+"/"+key)
		default:
			kept.Resource = append(kept.Resource, "arn:aws:s3:::"+bucket)
		}
	}
	return kept, len(kept.Action) > 0 && len(kept.Resource) > 0
}

func demandsTLS(s statement) bool {
	for _, condition := range s.Condition {
		if _, ok := condition["aws:SecureTransport"]; ok {
			return true
		}
	}
	return false
}

func isForService(principal any) bool {
	names, _ := principal.(map[string]any)
	_, ok := names["Service"]
	return ok && len(names) == 1
}

// accounts are a bucket policy's principals with accounts in place of roles.
func accounts(cloud *cloudstate.Cloud, principal any) any {
	text, err := json.Marshal(principal)
	if err != nil {
		return principal
	}
	replaced := string(text)
	for _, role := range cloud.OfType(RoleType) {
		if arn, ok := role.Outputs["arn"].(string); ok {
			replaced = strings.ReplaceAll(replaced, `"`+arn+`"`, `"`+roleAccount(role)+`"`)
		}
	}
	return json.RawMessage(replaced)
}

// roleAccount is the name of a role's account.
func roleAccount(role cloudstate.Resource) string {
	id, _ := role.Outputs["uniqueId"].(string)
	return id
}
