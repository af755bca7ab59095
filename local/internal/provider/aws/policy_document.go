package aws

import "encoding/json"

// policyDocument is an IAM policy or a bucket policy.
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

// policyStatement is a statement of a policyDocument.
type policyStatement struct {
	Effect    string
	Principal any `json:",omitempty"`
	Action    stringOrSlice
	Resource  stringOrSlice
	Condition map[string]map[string]stringOrSlice `json:",omitempty"`
}

// stringOrSlice is a list that JSON may have as a single string.
type stringOrSlice []string

// UnmarshalJSON reads a string as a list of one.
func (l *stringOrSlice) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = stringOrSlice{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

// parsePolicy parses a policy property, which is JSON text or an object.
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
