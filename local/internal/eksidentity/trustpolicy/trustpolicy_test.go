package trustpolicy

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

// allowStatement returns the statement of a valid trust policy, with changed fields.
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

func TestCheckIRSA(t *testing.T) {
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
		want   string
	}{
		{"service account", newPolicy(allowStatement(nil)), claims, ""},
		{"statement without a list", newSingleStatementPolicy(allowStatement(nil)), claims, ""},
		{"another service account", newPolicy(allowStatement(nil)), other, "the request has " + other.Subject},
		{"another audience", newPolicy(allowStatement(nil)), Claims{issuer, subject, []string{"api"}}, ":aud"},
		{"one of several audiences", newPolicy(allowStatement(nil)), Claims{issuer, subject, []string{"api", "sts.amazonaws.com"}}, ""},
		{"another provider", newPolicy(allowStatement(object{"Principal": object{"Federated": providerARN + "x"}})), claims, "no statement"},
		{"service principal", newPolicy(allowStatement(object{"Principal": object{"Service": "eks.amazonaws.com"}})), claims, "no statement"},
		{"wildcard principal", newPolicy(allowStatement(object{"Principal": "*"})), claims, "no statement"},
		{"another action", newPolicy(allowStatement(object{"Action": "sts:AssumeRole"})), claims, "no statement"},
		{"one of several actions", newPolicy(allowStatement(object{"Action": []string{"sts:TagSession", "sts:AssumeRole*"}})), claims, ""},
		{"StringLike", newPolicy(allowStatement(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:*:bank?hurn"))), claims, ""},
		{"StringLike without a match", newPolicy(allowStatement(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:other:*"))), claims, "StringLike"},
		{"StringEquals with a wildcard", newPolicy(allowStatement(condition("StringEquals", "10.214.0.2:sub", "system:*"))), claims, "StringEquals"},
		{"one of several values", newPolicy(allowStatement(condition("StringEquals", "10.214.0.2:sub", []string{"x", subject}))), claims, ""},
		{"condition key of another issuer", newPolicy(allowStatement(condition("StringEquals", "10.213.0.2:sub", subject))), claims, `"10.213.0.2:sub"`},
		{"unsupported operator", newPolicy(allowStatement(condition("StringNotEquals", "10.214.0.2:sub", "x"))), claims, "unsupported operator StringNotEquals"},
		{"second statement allows", newPolicy(allowStatement(object{"Action": "sts:AssumeRole"}), allowStatement(nil)), claims, ""},
		{"deny overrides allow", newPolicy(allowStatement(nil), allowStatement(object{"Effect": "Deny"})), claims, "denies it"},
		{"no statements", newPolicy(), claims, "no statement"},
		{"invalid policy", []byte("no"), claims, "trust policy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := CheckIRSA(test.policy, providerARN, test.claims)
			if test.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.want)
			}
		})
	}
}

// newSingleStatementPolicy returns a policy with a statement that is not in a list.
func newSingleStatementPolicy(statement object) []byte {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": statement})
	return text
}
