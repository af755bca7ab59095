package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/infra"
	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// serviceAccount identifies a service account in the cluster.
type serviceAccount struct{ namespace, name string }

// trustPolicies runs the program on EKS and returns the trust policy of the role of each service account: the services'
// and the Cluster Autoscaler's.
func trustPolicies(t *testing.T, mode string) map[serviceAccount][]byte {
	t.Helper()
	settings, err := configtest.RepositoryStack("eks")
	require.NoError(t, err)
	settings.Set("identity", mode)
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, "eks", settings, false)
	require.NoError(t, err)
	policies := map[serviceAccount][]byte{}
	for _, registration := range record.ByType("kubernetes:core/v1:ServiceAccount") {
		name, _ := registration.Input("metadata.name").(string)
		namespace, _ := registration.Input("metadata.namespace").(string)
		role := name
		if namespace == infra.ClusterAutoscalerNamespace {
			role = "modelferry-" + name
		}
		policies[serviceAccount{namespace, name}] = []byte(record.MustGet(t, "iam/role:Role", role).Input("assumeRolePolicy").(string))
	}
	require.Len(t, policies, 4)
	return policies
}

// Each service account can assume its own role and no other, and other tokens can assume none.
func TestTrustPolicy_irsa(t *testing.T) {
	policies := trustPolicies(t, "irsa")
	claims := func(a serviceAccount) trustpolicy.Claims {
		return trustpolicy.Claims{
			Issuer: stacktest.OIDCIssuer, Audience: []string{"sts.amazonaws.com"},
			Subject: fmt.Sprintf("system:serviceaccount:%s:%s", a.namespace, a.name),
		}
	}
	for role, policy := range policies {
		for caller := range policies {
			err := trustpolicy.CheckIRSA(policy, stacktest.OIDCProviderArn, claims(caller))
			require.Equal(t, caller == role, err == nil, "%s as %s: %v", caller, role, err)
		}
		roleClaims := claims(role)
		for name, change := range map[string]func(*trustpolicy.Claims){
			"same name in another namespace":     func(c *trustpolicy.Claims) { c.Subject = "system:serviceaccount:other:" + role.name },
			"name with the same prefix":          func(c *trustpolicy.Claims) { c.Subject += "-2" },
			"name is a wildcard":                 func(c *trustpolicy.Claims) { c.Subject = "system:serviceaccount:" + role.namespace + ":*" },
			"audience of the API server":         func(c *trustpolicy.Claims) { c.Audience = []string{"https://kubernetes.default.svc"} },
			"issuer or ARN of another cluster":   func(c *trustpolicy.Claims) { c.Issuer = strings.Replace(c.Issuer, "0123", "4567", 1) },
			"audience of the Pod Identity agent": func(c *trustpolicy.Claims) { c.Audience = []string{"pods.eks.amazonaws.com"} },
		} {
			changed := roleClaims
			change(&changed)
			require.Error(t, trustpolicy.CheckIRSA(policy, stacktest.OIDCProviderArn, changed), "%s: %s", role, name)
		}
		require.Error(t, trustpolicy.CheckIRSA(policy, stacktest.OIDCProviderArn+"4567", roleClaims), "another identity provider")
		require.Error(t, trustpolicy.CheckPodIdentity(policy, map[string]string{}), "Pod Identity was not chosen")
	}
}

func TestTrustPolicy_podIdentity(t *testing.T) {
	policies := trustPolicies(t, "podIdentity")
	tags := func(cluster string, a serviceAccount) map[string]string {
		return map[string]string{
			"eks-cluster-arn": cluster, "eks-cluster-name": "main",
			"kubernetes-namespace": a.namespace, "kubernetes-service-account": a.name,
		}
	}
	for role, policy := range policies {
		for caller := range policies {
			err := trustpolicy.CheckPodIdentity(policy, tags(stacktest.ClusterArn, caller))
			require.Equal(t, caller == role, err == nil, "%s as %s: %v", caller, role, err)
		}
		for name, session := range map[string]map[string]string{
			"same name in another namespace":   tags(stacktest.ClusterArn, serviceAccount{"other", role.name}),
			"issuer or ARN of another cluster": tags(stacktest.ClusterArn+"-2", role),
			"of another account":               tags(strings.Replace(stacktest.ClusterArn, stacktest.AccountID, "210987654321", 1), role),
			"without tags":                     {},
		} {
			require.Error(t, trustpolicy.CheckPodIdentity(policy, session), "%s: %s", role, name)
		}
		require.Error(t, trustpolicy.CheckIRSA(policy, stacktest.OIDCProviderArn, trustpolicy.Claims{
			Issuer: stacktest.OIDCIssuer, Audience: []string{"sts.amazonaws.com"},
			Subject: "system:serviceaccount:" + role.namespace + ":" + role.name,
		}), "IRSA was not chosen")
	}
}
