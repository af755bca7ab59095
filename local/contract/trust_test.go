package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/identity"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// roles runs the program on EKS and returns the trust policy of each service's role, by its account.
func roles(t *testing.T, way string) map[string][]byte {
	t.Helper()
	settings, err := configtest.Stack("eks")
	require.NoError(t, err)
	settings.Set("identity", way)
	program := stack.Stack{Keys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, "eks", settings, false)
	require.NoError(t, err)
	policies := map[string][]byte{}
	for _, account := range record.Of("kubernetes:core/v1:ServiceAccount") {
		name, _ := account.At("metadata.name").(string)
		policies[name] = []byte(record.One(t, "iam/role:Role", name).At("assumeRolePolicy").(string))
	}
	require.Len(t, policies, 3)
	return policies
}

// Whose token opens which role: the policies are evaluated, for each account with each role, and for whatever
// else a token may say.
func TestWhoMayAssumeWhatByIRSA(t *testing.T) {
	policies := roles(t, "irsa")
	claims := func(namespace, account string) identity.Claims {
		return identity.Claims{
			Issuer: stacktest.Issuer, Audience: []string{"sts.amazonaws.com"},
			Subject: fmt.Sprintf("system:serviceaccount:%s:%s", namespace, account),
		}
	}
	for role, policy := range policies {
		for account := range policies {
			err := identity.Trusts(policy, stacktest.ProviderArn, claims("ml-portfolio", account))
			require.Equal(t, account == role, err == nil, "%s as %s: %v", account, role, err)
		}
		own := claims("ml-portfolio", role)
		for name, change := range map[string]func(*identity.Claims){
			"the same name elsewhere":          func(c *identity.Claims) { c.Subject = "system:serviceaccount:other:" + role },
			"a name that begins so":            func(c *identity.Claims) { c.Subject += "-2" },
			"a pattern":                        func(c *identity.Claims) { c.Subject = "system:serviceaccount:ml-portfolio:*" },
			"made out to the API server":       func(c *identity.Claims) { c.Audience = []string{"https://kubernetes.default.svc"} },
			"of another cluster":               func(c *identity.Claims) { c.Issuer = strings.Replace(c.Issuer, "0123", "4567", 1) },
			"made out to Pod Identity's agent": func(c *identity.Claims) { c.Audience = []string{"pods.eks.amazonaws.com"} },
		} {
			changed := own
			change(&changed)
			require.Error(t, identity.Trusts(policy, stacktest.ProviderArn, changed), "%s: %s", role, name)
		}
		require.Error(t, identity.Trusts(policy, stacktest.ProviderArn+"4567", own), "another identity provider")
		require.Error(t, identity.TrustsAgent(policy, map[string]string{}), "Pod Identity was not chosen")
	}
}

func TestWhoMayAssumeWhatByPodIdentity(t *testing.T) {
	policies := roles(t, "podIdentity")
	tags := func(cluster, namespace, account string) map[string]string {
		return map[string]string{
			"eks-cluster-arn": cluster, "eks-cluster-name": "main",
			"kubernetes-namespace": namespace, "kubernetes-service-account": account,
		}
	}
	for role, policy := range policies {
		for account := range policies {
			err := identity.TrustsAgent(policy, tags(stacktest.ClusterArn, "ml-portfolio", account))
			require.Equal(t, account == role, err == nil, "%s as %s: %v", account, role, err)
		}
		for name, session := range map[string]map[string]string{
			"the same name elsewhere": tags(stacktest.ClusterArn, "other", role),
			"of another cluster":      tags(stacktest.ClusterArn+"-2", "ml-portfolio", role),
			"of another account":      tags(strings.Replace(stacktest.ClusterArn, stacktest.Account, "210987654321", 1), "ml-portfolio", role),
			"without tags":            {},
		} {
			require.Error(t, identity.TrustsAgent(policy, session), "%s: %s", role, name)
		}
		require.Error(t, identity.Trusts(policy, stacktest.ProviderArn, identity.Claims{
			Issuer: stacktest.Issuer, Audience: []string{"sts.amazonaws.com"}, Subject: "system:serviceaccount:ml-portfolio:" + role,
		}), "IRSA was not chosen")
	}
}
