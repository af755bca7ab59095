package eksidentity

import "encoding/json"

// trustPolicy is an IAM trust policy.
type trustPolicy struct {
	Statement statementList
}

// trustStatement is a statement of a trust policy. It has no resource: that is the role.
type trustStatement struct {
	Effect    string
	Principal principal
	Action    stringList
	Condition map[string]map[string]stringList
}

// principal is {"Federated": ARN}, {"Service": NAME}, {"AWS": ARN} or "*".
type principal struct{ Federated, Service, AWS stringList }

func (p *principal) UnmarshalJSON(content []byte) error {
	var wildcard string
	if json.Unmarshal(content, &wildcard) == nil {
		*p = principal{AWS: stringList{wildcard}}
		return nil
	}
	type plain principal
	return json.Unmarshal(content, (*plain)(p))
}

// stringList is a list that JSON may have as a single string.
type stringList []string

func (l *stringList) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

// statementList is a list that JSON may have as a single statement.
type statementList []trustStatement

func (s *statementList) UnmarshalJSON(content []byte) error {
	var one trustStatement
	if json.Unmarshal(content, &one) == nil {
		*s = statementList{one}
		return nil
	}
	return json.Unmarshal(content, (*[]trustStatement)(s))
}
