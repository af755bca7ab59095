package identity

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

func trust(statements ...object) []byte {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": statements})
	return text
}

// allow is the statement of a good trust policy, with what a case changes of it.
func allow(changes object) object {
	s := object{
		"Effect": "Allow", "Principal": object{"Federated": providerARN}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": object{"StringEquals": object{"10.214.0.2:sub": subject, "10.214.0.2:aud": "sts.amazonaws.com"}},
	}
	for key, value := range changes {
		s[key] = value
	}
	return s
}

func TestTrusts(t *testing.T) {
	good := Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}
	other := good
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
		{"the service account", trust(allow(nil)), good, ""},
		{"one statement, not a list", single(allow(nil)), good, ""},
		{"another service account", trust(allow(nil)), other, "it has " + other.Subject},
		{"another audience", trust(allow(nil)), Claims{issuer, subject, []string{"api"}}, ":aud"},
		{"one audience of several", trust(allow(nil)), Claims{issuer, subject, []string{"api", "sts.amazonaws.com"}}, ""},
		{"another provider", trust(allow(object{"Principal": object{"Federated": providerARN + "x"}})), good, "no statement"},
		{"a service's trust", trust(allow(object{"Principal": object{"Service": "eks.amazonaws.com"}})), good, "no statement"},
		{"everyone", trust(allow(object{"Principal": "*"})), good, "no statement"},
		{"another action", trust(allow(object{"Action": "sts:AssumeRole"})), good, "no statement"},
		{"an action among several", trust(allow(object{"Action": []string{"sts:TagSession", "sts:AssumeRole*"}})), good, ""},
		{"a pattern", trust(allow(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:*:bank?hurn"))), good, ""},
		{"a pattern does not fit", trust(allow(condition("StringLike", "10.214.0.2:sub", "system:serviceaccount:other:*"))), good, "StringLike"},
		{"a pattern is no equality", trust(allow(condition("StringEquals", "10.214.0.2:sub", "system:*"))), good, "StringEquals"},
		{"one of several values", trust(allow(condition("StringEquals", "10.214.0.2:sub", []string{"x", subject}))), good, ""},
		{"the key of another issuer", trust(allow(condition("StringEquals", "10.213.0.2:sub", subject))), good, `"10.213.0.2:sub"`},
		{"an operator that is not known", trust(allow(condition("StringNotEquals", "10.214.0.2:sub", "x"))), good, "StringNotEquals is not known"},
		{"a second statement allows", trust(allow(object{"Action": "sts:AssumeRole"}), allow(nil)), good, ""},
		{"a deny wins", trust(allow(nil), allow(object{"Effect": "Deny"})), good, "denies it"},
		{"nothing", trust(), good, "no statement"},
		{"no policy", []byte("no"), good, "trust policy"},
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

// single is a policy whose statement stands alone.
func single(statement object) []byte {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": statement})
	return text
}
