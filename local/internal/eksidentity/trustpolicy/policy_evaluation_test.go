package trustpolicy

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

// Pages of the IAM and EKS user guides that the tables are taken from.
const (
	evaluationPage   = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
	conditionPage    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html"
	operatorPage     = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
	multivaluePage   = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"
	logicPage        = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"
	principalPage    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
	actionPage       = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"
	irsaPage         = "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"
	podIdentityPage  = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html"
	podIdentityABAC  = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html"
	webIdentityPage  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif"
	failClosedReason = "what the evaluator does not know allows nothing"
)

// TestCheckIRSA_documentedRules has the rules of AWS's documentation, for a token of a service account.
func TestCheckIRSA_documentedRules(t *testing.T) {
	const sub, aud = "10.214.0.2:sub", "10.214.0.2:aud"
	claims := Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}
	allow := func(condition object) object { return allowStatement(object{"Condition": condition}) }
	deny := func(condition object) object {
		return allowStatement(object{"Effect": "Deny", "Condition": condition})
	}
	for _, test := range []struct {
		page, rule string
		statements []object
		want       bool
	}{
		{evaluationPage, "requests are denied by default", nil, false},
		{evaluationPage, "an Allow overrides the default", []object{allow(nil)}, true},
		{evaluationPage, "an explicit Deny overrides an Allow", []object{allow(nil), deny(nil)}, false},
		{evaluationPage, "the order does not matter", []object{deny(nil), allow(nil)}, false},
		{evaluationPage, "a Deny whose condition is not met does not apply", []object{allow(nil), deny(object{"StringEquals": object{sub: "x"}})}, true},
		{logicPage, "several values of a key are alternatives", []object{allow(object{"StringEquals": object{sub: []string{"x", subject}}})}, true},
		{logicPage, "all keys of an operator have to match", []object{allow(object{"StringEquals": object{sub: subject, aud: "x"}})}, false},
		{logicPage, "all operators have to match", []object{allow(object{"StringEquals": object{sub: subject}, "StringLike": object{aud: "x*"}})}, false},
		{operatorPage, "StringEquals is case-sensitive", []object{allow(object{"StringEquals": object{aud: "STS.amazonaws.com"}})}, false},
		{operatorPage, "StringEquals has no wildcards", []object{allow(object{"StringEquals": object{aud: "sts.*"}})}, false},
		{operatorPage, "StringLike: * is any number of characters", []object{allow(object{"StringLike": object{sub: "system:*:bankchurn"}})}, true},
		{operatorPage, "StringLike: * is also none", []object{allow(object{"StringLike": object{aud: "sts.amazonaws.com*"}})}, true},
		{operatorPage, "StringLike: ? is one character", []object{allow(object{"StringLike": object{aud: "sts?amazonaws.com"}})}, true},
		{operatorPage, "StringLike: ? is not none", []object{allow(object{"StringLike": object{aud: "sts.amazonaws.com?"}})}, false},
		{operatorPage, "StringLike is case-sensitive", []object{allow(object{"StringLike": object{aud: "STS.*"}})}, false},
		{operatorPage, "a key that is not in the request does not match", []object{allow(object{"StringEquals": object{"10.213.0.2:sub": subject}})}, false},
		{operatorPage, "nor does it in a Deny", []object{allow(nil), deny(object{"StringLike": object{"10.213.0.2:sub": "*"}})}, true},
		{multivaluePage, "ForAnyValue needs one value that matches", []object{allow(object{"ForAnyValue:StringEquals": object{aud: []string{"x", "sts.amazonaws.com"}}})}, true},
		{multivaluePage, "ForAnyValue without the key does not match", []object{allow(object{"ForAnyValue:StringLike": object{"10.213.0.2:aud": "*"}})}, false},
		{multivaluePage, "ForAllValues needs all values to match", []object{allow(object{"ForAllValues:StringLike": object{aud: "sts.*"}})}, true},
		{multivaluePage, "ForAllValues with another value", []object{allow(object{"ForAllValues:StringEquals": object{aud: "x"}})}, false},
		{multivaluePage, "ForAllValues without the key matches", []object{allow(object{"ForAllValues:StringEquals": object{"10.213.0.2:aud": "x"}})}, true},
		{conditionPage, "names of keys are not case-sensitive", []object{allow(object{"StringEquals": object{"10.214.0.2:SUB": subject}})}, true},
		{webIdentityPage, "keys are the issuer and a claim", []object{allow(object{"StringEquals": object{sub: subject, aud: "sts.amazonaws.com"}})}, true},
		{principalPage, "everyone is denied", []object{allow(nil), allowStatement(object{"Effect": "Deny", "Principal": "*"})}, false},
		{principalPage, `{"AWS": "*"} is everyone`, []object{allow(nil), allowStatement(object{"Effect": "Deny", "Principal": object{"AWS": "*"}})}, false},
		{principalPage, "several federated principals", []object{allowStatement(object{"Principal": object{"Federated": []string{"x", providerARN}}})}, true},
		{actionPage, "actions are not case-sensitive", []object{allowStatement(object{"Action": "STS:assumerolewithwebidentity"})}, true},
		{actionPage, "actions have wildcards", []object{allowStatement(object{"Action": "sts:AssumeRole*"})}, true},
		{irsaPage, "the policy of the guide", []object{allow(object{"StringEquals": object{sub: subject, aud: "sts.amazonaws.com"}})}, true},
		{irsaPage, "all service accounts of a namespace", []object{allow(object{"StringLike": object{sub: "system:serviceaccount:ml-portfolio:*"}})}, true},
		{irsaPage, "those of another namespace", []object{allow(object{"StringLike": object{sub: "system:serviceaccount:default:*"}})}, false},
		{failClosedReason, "operator in a Deny", []object{allow(nil), deny(object{"StringNotEquals": object{sub: subject}})}, false},
		{failClosedReason, "operator with IfExists", []object{allow(object{"StringEqualsIfExists": object{sub: subject}})}, false},
		{failClosedReason, "key in a Deny", []object{allow(nil), deny(object{"StringEquals": object{"aws:SourceIp": "x"}})}, false},
		{failClosedReason, "key with ForAllValues", []object{allow(object{"ForAllValues:StringEquals": object{"aws:TagKeys": "x"}})}, false},
		{failClosedReason, "claim", []object{allow(object{"ForAllValues:StringEquals": object{"10.214.0.2:amr": "x"}})}, false},
		{failClosedReason, "NotPrincipal", []object{allow(nil), {"Effect": "Deny", "NotPrincipal": object{"AWS": "x"}, "Action": "*"}}, false},
		{failClosedReason, "NotAction", []object{allow(nil), {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession"}}, false},
		{failClosedReason, "kind of principal", []object{allow(nil), allowStatement(object{"Principal": object{"CanonicalUser": "x"}})}, false},
		{failClosedReason, "no principal", []object{allow(nil), {"Effect": "Deny", "Action": "*"}}, false},
		{failClosedReason, "Resource", []object{allowStatement(object{"Resource": "*"})}, false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			err := CheckIRSA(newPolicy(test.statements...), providerARN, claims)
			require.Equal(t, test.want, err == nil, "%s: %v", test.page, err)
		})
	}
}

func TestCheckPodIdentity_documentedRules(t *testing.T) {
	tags := map[string]string{
		"eks-cluster-arn": "arn:aws:eks:eu-west-1:123456789012:cluster/main", "eks-cluster-name": "main",
		"kubernetes-namespace": "ml", "kubernetes-service-account": "bankchurn",
	}
	statement := func(changes object) object {
		s := object{
			"Effect": "Allow", "Principal": object{"Service": "pods.eks.amazonaws.com"},
			"Action": []string{"sts:AssumeRole", "sts:TagSession"},
		}
		for key, value := range changes {
			s[key] = value
		}
		return s
	}
	condition := func(operator, key string, value any) []object {
		return []object{statement(object{"Condition": object{operator: object{key: value}}})}
	}
	for _, test := range []struct {
		page, rule string
		statements []object
		want       bool
	}{
		{podIdentityPage, "the policy of the guide", []object{statement(nil)}, true},
		{podIdentityPage, "without sts:TagSession", []object{statement(object{"Action": "sts:AssumeRole"})}, false},
		{podIdentityPage, "without sts:AssumeRole", []object{statement(object{"Action": "sts:TagSession"})}, false},
		{podIdentityPage, "another service", []object{statement(object{"Principal": object{"Service": "ec2.amazonaws.com"}})}, false},
		{podIdentityABAC, "the namespace's tag", condition("StringEquals", "aws:RequestTag/kubernetes-namespace", "ml"), true},
		{podIdentityABAC, "another namespace", condition("StringEquals", "aws:RequestTag/kubernetes-namespace", "default"), false},
		{podIdentityABAC, "a pattern for service accounts", condition("StringLike", "aws:RequestTag/kubernetes-service-account", "bank*"), true},
		{podIdentityABAC, "a tag that EKS does not set", condition("StringLike", "aws:RequestTag/team", "*"), false},
		{conditionPage, "names of keys are not case-sensitive", condition("StringEquals", "AWS:requesttag/Kubernetes-Namespace", "ml"), true},
		{evaluationPage, "an explicit Deny of tagging", []object{statement(nil), statement(object{"Effect": "Deny", "Action": "sts:TagSession"})}, false},
		{failClosedReason, "key", condition("ForAllValues:StringEquals", "aws:SourceArn", "x"), false},
	} {
		t.Run(test.rule, func(t *testing.T) {
			err := CheckPodIdentity(newPolicy(test.statements...), tags)
			require.Equal(t, test.want, err == nil, "%s: %v", test.page, err)
		})
	}
}

// statementGenerator generates statements that often apply to the request of a service account.
func statementGenerator(effects ...string) *rapid.Generator[object] {
	values := rapid.SampledFrom([]string{subject, "sts.amazonaws.com", "system:*", "*", "x", "sts?amazonaws.com"})
	keys := rapid.SampledFrom([]string{"10.214.0.2:sub", "10.214.0.2:aud", "10.213.0.2:sub", "aws:SourceIp"})
	operators := rapid.SampledFrom([]string{
		"StringEquals", "StringLike", "ForAnyValue:StringLike", "ForAllValues:StringEquals", "StringNotEquals",
	})
	principals := rapid.SampledFrom([]any{object{"Federated": providerARN}, object{"Federated": "x"}, "*", object{"Service": "x"}})
	actions := rapid.SampledFrom([]string{"sts:AssumeRoleWithWebIdentity", "sts:*", "*", "sts:TagSession"})
	return rapid.Custom(func(t *rapid.T) object {
		conditions := object{}
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			conditions[operators.Draw(t, "operator")] = object{keys.Draw(t, "key"): values.Draw(t, "value")}
		}
		return object{
			"Effect": rapid.SampledFrom(effects).Draw(t, "effect"), "Principal": principals.Draw(t, "principal"),
			"Action": actions.Draw(t, "action"), "Condition": conditions,
		}
	})
}

// A Deny more, or an Allow less, never allows more.
func TestCheckIRSA_monotonic(t *testing.T) {
	claims := Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}
	allows := func(statements []object) bool {
		return CheckIRSA(newPolicy(statements...), providerARN, claims) == nil
	}
	allowed := 0
	rapid.Check(t, func(t *rapid.T) {
		statements := rapid.SliceOfN(statementGenerator("Allow", "Allow", "Deny"), 1, 4).Draw(t, "statements")
		before := allows(statements)
		if before {
			allowed++
			return // nothing can be allowed more
		}
		at := rapid.IntRange(0, len(statements)).Draw(t, "at")
		denied := slices.Insert(slices.Clone(statements), at, statementGenerator("Deny").Draw(t, "deny"))
		require.False(t, allows(denied), "with another Deny: %v", denied)
		for i, s := range statements {
			// Without a statement that cannot be evaluated, more may be allowed.
			if s["Effect"] == "Allow" && evaluable(s) {
				require.False(t, allows(slices.Delete(slices.Clone(statements), i, i+1)), "without %v", s)
			}
		}
	})
	require.Positive(t, allowed, "the generator never allows anything")
}

// evaluable reports whether the evaluator knows all of a statement.
func evaluable(statement object) bool {
	for operator, keys := range statement["Condition"].(object) {
		if _, err := parseOperator(operator); err != nil || keys.(object)["aws:SourceIp"] != nil {
			return false
		}
	}
	return true
}

// FuzzCheckIRSA: no policy makes the evaluator panic, and one that allows does not if everyone is denied, too.
func FuzzCheckIRSA(f *testing.F) {
	f.Add(newPolicy(allowStatement(nil)), subject)
	f.Add(newPolicy(allowStatement(nil), allowStatement(object{"Effect": "Deny", "Principal": "*"})), subject)
	f.Add([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}`), "x")
	f.Fuzz(func(t *testing.T, policy []byte, subject string) {
		claims := Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}
		if CheckIRSA(policy, providerARN, claims) != nil {
			return
		}
		document, err := iampolicy.Parse(string(policy))
		require.NoError(t, err)
		document.Statement = append(document.Statement, iampolicy.Statement{Effect: "Deny", Principal: "*", Action: iampolicy.Strings{"*"}})
		denied, err := json.Marshal(document)
		require.NoError(t, err)
		require.ErrorContains(t, CheckIRSA(denied, providerARN, claims), "denies it")
	})
}
