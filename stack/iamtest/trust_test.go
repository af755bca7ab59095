package iamtest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/minio/pkg/v3/wildcard"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// trustStatement is a statement of a role's trust policy.
type trustStatement struct {
	Effect    string
	Principal map[string]string
	Action    []string
	Condition map[string]map[string]string
}

// trustRequest is a request to assume a role. The context has the token's claims or the session's tags.
type trustRequest struct {
	principalType, principal, action string
	context                          map[string]string
}

// conditionOperators decide about the value of a condition key like IAM.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var conditionOperators = map[string]func(pattern, value string) bool{
	"StringEquals": func(pattern, value string) bool { return pattern == value },
	"StringLike":   wildcard.Match,
}

// trusts reports whether a trust policy allows the request.
func trusts(t *testing.T, document string, request trustRequest) bool {
	t.Helper()
	var policy struct{ Statement []trustStatement }
	require.NoError(t, json.Unmarshal([]byte(document), &policy))
	require.NotEmpty(t, policy.Statement)
	return slices.ContainsFunc(policy.Statement, func(s trustStatement) bool {
		require.Equal(t, "Allow", s.Effect)
		matches := s.Principal[request.principalType] == request.principal && slices.Contains(s.Action, request.action)
		for operator, keys := range s.Condition {
			require.Contains(t, conditionOperators, operator)
			for key, pattern := range keys {
				value, isSet := request.context[key]
				matches = matches && isSet && conditionOperators[operator](pattern, value)
			}
		}
		return matches
	})
}

// serviceAccounts are the service accounts with a role, by the name of the role.
func serviceAccounts() map[string][2]string {
	accounts := map[string][2]string{stacktest.ClusterAutoscalerName: {"kube-system", "cluster-autoscaler"}}
	for _, deployment := range deployments {
		accounts[deployment] = [2]string{"ml-portfolio", deployment}
	}
	return accounts
}

// A role trusts the pods of one service account of one cluster. A stranger differs in one claim or tag of the request,
// or lacks it: it would fit a policy with a wider pattern or without the condition.
func TestTrustPolicy_oneServiceAccount(t *testing.T) {
	const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123"
	for mode, requestOf := range map[string]func(namespace, account string) trustRequest{
		"irsa": func(namespace, account string) trustRequest {
			return trustRequest{"Federated", stacktest.OIDCProviderArn, "sts:AssumeRoleWithWebIdentity", map[string]string{
				issuer + ":aud": "sts.amazonaws.com", issuer + ":sub": "system:serviceaccount:" + namespace + ":" + account,
			}}
		},
		"podIdentity": func(namespace, account string) trustRequest {
			return trustRequest{"Service", "pods.eks.amazonaws.com", "sts:AssumeRole", map[string]string{
				"aws:RequestTag/eks-cluster-arn": stacktest.ClusterArn, "aws:RequestTag/kubernetes-namespace": namespace,
				"aws:RequestTag/kubernetes-service-account": account,
			}}
		},
	} {
		t.Run(mode, func(t *testing.T) {
			r := runStack(t, "eks", map[string]any{"identity": mode})
			for role, owner := range serviceAccounts() {
				document, _ := r.MustGet(t, "iam/role:Role", role).Input("assumeRolePolicy").(string)
				request := requestOf(owner[0], owner[1])
				require.True(t, trusts(t, document, request), "%s: %+v", role, request)
				for key, value := range request.context {
					stranger := request
					stranger.context = maps.Clone(request.context)
					delete(stranger.context, key)
					require.False(t, trusts(t, document, stranger), "%s: without %s", role, key)
					for _, other := range []string{
						"", "*", value + "x", "x" + value, value[:len(value)-1], value + ":x", "x:" + value, value + "/x", value[:1],
					} {
						stranger.context[key] = other
						require.False(t, trusts(t, document, stranger), "%s: %s is %s", role, key, other)
					}
				}
				for other, account := range serviceAccounts() {
					for _, namespace := range []string{"ml-portfolio", "kube-system", "default"} {
						want := other == role && namespace == owner[0]
						got := trusts(t, document, requestOf(namespace, account[1]))
						require.Equal(t, want, got, "%s: %s/%s", role, namespace, account[1])
					}
				}
				for _, stranger := range []trustRequest{
					{request.principalType, request.principal + "x", request.action, request.context},
					{"AWS", "arn:aws:iam::" + stacktest.AccountID + ":root", "sts:AssumeRole", request.context},
					{"Service", "ec2.amazonaws.com", "sts:AssumeRole", request.context},
				} {
					require.False(t, trusts(t, document, stranger), "%s: %+v", role, stranger)
				}
			}
		})
	}
}

// The roles of the cluster and its nodes trust one AWS service.
func TestTrustPolicy_oneService(t *testing.T) {
	r := runStack(t, "eks", nil)
	services := map[string]string{"modelferry-cluster": "eks.amazonaws.com", "modelferry-nodes": "ec2.amazonaws.com"}
	for role := range services {
		document, _ := r.MustGet(t, "iam/role:Role", role).Input("assumeRolePolicy").(string)
		for other, service := range services {
			got := trusts(t, document, trustRequest{"Service", service, "sts:AssumeRole", nil})
			require.Equal(t, other == role, got, "%s: %s", role, service)
		}
		require.False(t, trusts(t, document, trustRequest{"AWS", "arn:aws:iam::" + stacktest.AccountID + ":root", "sts:AssumeRole", nil}))
	}
	require.Len(t, r.ByType("iam/role:Role"), len(services)+len(serviceAccounts()), "each role has a test")
}

// Patterns are for the prefixes of objects only. As the operator of another key, StringLike would take a * or ? in a
// value for a wildcard.
func TestPolicies_patternsForPrefixesOnly(t *testing.T) {
	for _, mode := range []string{"irsa", "podIdentity"} {
		var conditions int
		for _, registration := range runStack(t, "eks", map[string]any{"identity": mode}).Registrations {
			for _, input := range []string{"assumeRolePolicy", "policy"} {
				var policy struct {
					Statement []struct {
						Condition map[string]map[string]string
					}
				}
				text, _ := registration.Input(input).(string)
				if json.Unmarshal([]byte(text), &policy) != nil {
					continue
				}
				for _, s := range policy.Statement {
					for operator, keys := range s.Condition {
						for key := range keys {
							conditions++
							want := "StringEquals"
							switch key {
							case "s3:prefix":
								want = "StringLike"
							case "aws:SecureTransport":
								want = "Bool"
							}
							require.Equal(t, want, operator, "%s: %s", registration, key)
						}
					}
				}
			}
		}
		require.Greater(t, conditions, 15)
	}
}
