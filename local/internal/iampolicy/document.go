// Package iampolicy parses policies of IAM strictly: what the local cloud cannot evaluate as AWS does is an error, so
// that it is not ignored.
package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Document is a policy. Elements that it does not have are an error, such as NotAction.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Document struct {
	Version   string
	ID        string `json:"Id,omitempty"`
	Statement Statements
}

// Statement is a statement of a Document.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal any `json:",omitempty"`
	Action    Strings
	Resource  Strings                       `json:",omitempty"`
	Condition map[string]map[string]Strings `json:",omitempty"`
}

// Parse parses a policy property, which is JSON text or an object.
func Parse(policy any) (Document, error) {
	var d Document
	content, isText := policy.(string)
	if !isText {
		encoded, err := json.Marshal(policy)
		if err != nil {
			return d, err
		}
		content = string(encoded)
	}
	if err := UnmarshalStrict([]byte(content), &d); err != nil {
		return d, err
	}
	if d.Version != "2012-10-17" && d.Version != "2008-10-17" {
		return d, fmt.Errorf("invalid version %q: must be 2012-10-17 or 2008-10-17", d.Version)
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return d, fmt.Errorf("invalid effect %q: must be Allow or Deny", s.Effect)
		}
	}
	return d, nil
}

// Statements is a list that JSON may have as a single statement.
type Statements []Statement

// UnmarshalJSON reads a statement as a list of one.
func (l *Statements) UnmarshalJSON(content []byte) error {
	if bytes.HasPrefix(content, []byte("[")) || string(content) == "null" {
		return UnmarshalStrict(content, (*[]Statement)(l))
	}
	*l = make(Statements, 1)
	return UnmarshalStrict(content, &(*l)[0])
}

// Strings is a list that JSON may have as a single string.
type Strings []string

// UnmarshalJSON reads a string as a list of one.
func (l *Strings) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = Strings{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

// UnmarshalStrict is json.Unmarshal that refuses unknown fields, except in values with an UnmarshalJSON of their own.
func UnmarshalStrict(content []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("data after the end of the JSON value")
	}
	return nil
}
