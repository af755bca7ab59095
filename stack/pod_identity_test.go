package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

var byPodIdentity = map[string]any{"identity": "podIdentity"}

// Under Pod Identity an association ties the account to its role, and the role
// trusts EKS for that account of that cluster alone.
func TestPodIdentityTiesTheAccountToItsRole(t *testing.T) {
	r := recorded(t, "eks", byPodIdentity)
	require.Len(t, r.Of("PodIdentityAssociation"), len(services)+1, "the autoscaler's besides")
	for _, s := range services {
		association := r.One(t, "PodIdentityAssociation", s.deployment)
		require.Equal(t, object{
			"clusterName": "modelferry", "namespace": "ml-portfolio", "serviceAccount": s.deployment, "roleArn": platforms[1].identity(s.deployment),
		}, association.Inputs)
		require.True(t, r.Before(deployment(t, r, s))[association.URN], "a pod that comes before it never gets an identity")
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},
			"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{
				"aws:RequestTag/eks-cluster-arn":"`+stacktest.ClusterArn+`",
				"aws:RequestTag/kubernetes-namespace":"ml-portfolio",
				"aws:RequestTag/kubernetes-service-account":"`+s.deployment+`"}}}]}`,
			r.One(t, "iam/role:Role", s.deployment).At("assumeRolePolicy").(string))
		require.Empty(t, r.One(t, "ServiceAccount", s.name).At("metadata.annotations"))
		require.Contains(t, r.One(t, "NetworkPolicy", s.name).At("spec.egress"), egressTo("169.254.170.23/32", 80))
	}
	require.Empty(t, recorded(t, "eks", nil).Of("PodIdentityAssociation"), "IRSA is the default")
}

// What the services may read is not the way's business.
func TestPodIdentityReadsWhatIRSADoes(t *testing.T) {
	irsa, agent := recorded(t, "eks", nil), recorded(t, "eks", byPodIdentity)
	for _, s := range services {
		require.Equal(t, irsa.One(t, "RolePolicy", s.deployment).Inputs, agent.One(t, "RolePolicy", s.deployment).Inputs)
	}
}

// An existing cluster need not have an identity provider in IAM for it.
func TestPodIdentityOnAnExistingCluster(t *testing.T) {
	r := recorded(t, "eks", with(byPodIdentity, object{"cluster": object{"existing": "production"}}))
	association := r.One(t, "PodIdentityAssociation", "bankchurn-predictor")
	require.Equal(t, "production", association.At("clusterName"))
	require.Contains(t, r.One(t, "iam/role:Role", "bankchurn-predictor").At("assumeRolePolicy"), stacktest.ClusterArn)
}

// The objects differ by the address of the agent, and lose IRSA's annotation.
func TestParityUnderPodIdentity(t *testing.T) {
	gke, eks := objects(recorded(t, "gke", nil)), objects(recorded(t, "eks", byPodIdentity))
	for _, s := range services {
		policy := eks["NetworkPolicy/"+s.name]
		var rest []any
		for _, rule := range policy.At("spec.egress").([]any) {
			if ruleText(rule) != ruleText(egressTo("169.254.170.23/32", 80)) {
				rest = append(rest, rule)
			}
		}
		policy.Inputs["spec"].(object)["egress"] = rest
	}
	require.Empty(t, differences(platforms[0], platforms[1], gke, eks))
}
