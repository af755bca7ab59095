package aws

import (
	"encoding/json"

	awspolicy "github.com/hashicorp/awspolicyequivalence"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// policy returns a property with a policy document. AWS returns it in its own form. The provider keeps the program's if
// it takes them for equivalent.
func policy(path, source string) provider.ServerSetProperty {
	return provider.ServerSetProperty{
		Value: func(r *provider.Request) any {
			text, isText := r.Get(path).(string)
			if !isText {
				return nil
			}
			normal := normalizePolicy(text)
			if samePolicy(normal, text) {
				return nil
			}
			return normal
		},
		Overrides: true, Equal: samePolicy, Source: providerSource + source,
	}
}

// samePolicy compares policy documents as the provider does.
func samePolicy(reported, wanted any) bool {
	a, _ := reported.(string)
	b, _ := wanted.(string)
	equivalent, err := awspolicy.PoliciesAreEquivalent(a, b)
	return err == nil && equivalent
}

// normalizePolicy returns a policy document as AWS returns it: without white space, its keys in another order, a list
// of one element as that element.
func normalizePolicy(text string) string {
	var document any
	if json.Unmarshal([]byte(text), &document) != nil {
		return text
	}
	encoded, err := json.Marshal(unwrapSingles(document, ""))
	if err != nil {
		return text
	}
	return string(encoded)
}

// unwrapSingles replaces each list of one string by the string.
func unwrapSingles(value any, key string) any {
	switch v := value.(type) {
	case []any:
		if len(v) == 1 && key != "Statement" {
			return v[0]
		}
		for i := range v {
			v[i] = unwrapSingles(v[i], "")
		}
	case map[string]any:
		for name, member := range v {
			v[name] = unwrapSingles(member, name)
		}
	}
	return value
}
