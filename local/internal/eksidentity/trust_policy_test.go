package eksidentity

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	issuer      = "https://10.214.0.2"
	providerARN = "arn:aws:iam::123456789012:oidc-provider/10.214.0.2"
	subject     = "system:serviceaccount:ml-portfolio:bankchurn"
)

type object = map[string]any

func newPolicy(statements ...object) []byte {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": statements})
	return text
}

// allowStatement is the statement of a good trust policy, with what a case changes of it.
func allowStatement(changes object) object {
	s := object{
		"Effect": "Allow", "Principal": object{"Federated": providerARN}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": object{"StringEquals": object{"10.214.0.2:sub": subject, "10.214.0.2:aud": "sts.amazonaws.com"}},
	}
	for key, value := range changes {
		s[key] = value
	}
	return s
}

func TestAuthorizeWebIdentity(t *testing.T) {
	claims := Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}
	other := claims
	other.Subject = "system:serviceaccount:ml-portfolio:nlpinsight"
	condition := func(operator, key string, values any) object {
		return object{"Condition": object{operator: object{key: values}}}
	}
	for _, test := range []struct {
		name   string
		policy []byte
		claims Claims
		fault  string
	}{
		{"the service account", newPolicy(allowStatement(nil)), claims, ""},
		{"one statement, not a list", newSingleStatementPolicy(allowStatement(nil)), claims, ""},
		{"another service account", newPolicy(allowStatement(nil)), other, "it has " + other.Subject},
		{"another audience", newPolicy(allowStatement(nil)), Claims{issuer, subject, []string{"api"}}, ":aud"},
		{"one audience of several", newPolicy(allowStatement(nil)), Claims{issuer, subject, []string{"api", "sts.amazonaws.com"}}, ""},
		{"another provider", newPolicy(allowStatement(object{"Principal": object{"Federated": providerARN + "x"}})), claims, "no statement"},
		{"a service's trust", newPolicy(allowStatement(object{"Principal": object{"Service": "eks.amazonaws.com"}})), claims, "no statement"},
		{"everyone", newPolicy(allowStatement(object{"Principal": "*"})), claims, "no statement"},
		{"another action", newPolicy(allowStatement(object{"Action": "sts:AssumeRole"})), claims, "no statement"},
		{"an action among several", newPolicy(allowStatement(object{"Action": []string{"sts:TagSession", "sts:AssumeRole*"}})), claims, ""},
		{"a pattern", newPolicy(allowStatement(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:*:bank?hurn"))), claims, ""},
		{"a pattern does not fit", newPolicy(allowStatement(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:other:*"))), claims, "StringLike"},
		{"a pattern is no equality", newPolicy(allowStatement(condition("StringEquals", "10.214.0.2:sub", "system:*"))), claims, "StringEquals"},
		{"one of several values", newPolicy(allowStatement(condition("StringEquals", "10.214.0.2:sub", []string{"x", subject}))), claims, ""},
		{"the key of another issuer", newPolicy(allowStatement(condition("StringEquals", "10.213.0.2:sub", subject))), claims, `"10.213.0.2:sub"`},
		{"an operator that is not known", newPolicy(allowStatement(condition("StringNotEquals", "10.214.0.2:sub", "x"))), claims, "StringNotEquals is not known"},
		{"a second statement allows", newPolicy(allowStatement(object{"Action": "sts:AssumeRole"}), allowStatement(nil)), claims, ""},
		{"a deny wins", newPolicy(allowStatement(nil), allowStatement(object{"Effect": "Deny"})), claims, "denies it"},
		{"nothing", newPolicy(), claims, "no statement"},
		{"no policy", []byte("no"), claims, "trust policy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := CheckIRSATrust(test.policy, providerARN, test.claims)
			if test.fault == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.fault)
			}
		})
	}
}

// newSingleStatementPolicy is a policy whose statement stands alone.
func newSingleStatementPolicy(statement object) []byte {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": statement})
	return text
}
