package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

var byPodIdentity = map[string]any{"identity": "podIdentity"}

// Under Pod Identity an association ties the account to its role, and the role
// trusts EKS for that account of that cluster alone.
func TestPodIdentityTiesTheAccountToItsRole(t *testing.T) {
	r := stacktest.Up(t, "eks", byPodIdentity)
	require.Len(t, r.Of("PodIdentityAssociation"), len(stacktest.Services)+1, "the autoscaler's besides")
	for _, s := range stacktest.Services {
		association := r.One(t, "PodIdentityAssociation", s.Deployment)
		require.Equal(t, object{
			"clusterName": "modelferry", "namespace": "ml-portfolio", "serviceAccount": s.Deployment, "roleArn": stacktest.EKS.Identity(s.Deployment),
		}, association.Inputs)
		require.True(t, r.Before(stacktest.GetDeployment(t, r, s))[association.URN], "a pod that comes before it never gets an identity")
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},
			"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{
				"aws:RequestTag/eks-cluster-arn":"`+stacktest.ClusterArn+`",
				"aws:RequestTag/kubernetes-namespace":"ml-portfolio",
				"aws:RequestTag/kubernetes-service-account":"`+s.Deployment+`"}}}]}`,
			r.One(t, "iam/role:Role", s.Deployment).At("assumeRolePolicy").(string))
		require.Empty(t, r.One(t, "ServiceAccount", s.Name).At("metadata.annotations"))
		require.Contains(t, r.One(t, "NetworkPolicy", s.Name).At("spec.egress"), stacktest.EgressRule("169.254.170.23/32", 80))
	}
	require.Empty(t, stacktest.Up(t, "eks", nil).Of("PodIdentityAssociation"), "IRSA is the default")
}

// What the services may read is not the way's business.
func TestPodIdentityReadsWhatIRSADoes(t *testing.T) {
	irsa, agent := stacktest.Up(t, "eks", nil), stacktest.Up(t, "eks", byPodIdentity)
	for _, s := range stacktest.Services {
		require.Equal(t, irsa.One(t, "RolePolicy", s.Deployment).Inputs, agent.One(t, "RolePolicy", s.Deployment).Inputs)
	}
}

// An existing cluster need not have an identity provider in IAM for it.
func TestPodIdentityOnAnExistingCluster(t *testing.T) {
	r := stacktest.Up(t, "eks", stacktest.Merge(byPodIdentity, object{"cluster": object{"existing": "production"}}))
	association := r.One(t, "PodIdentityAssociation", "bankchurn-predictor")
	require.Equal(t, "production", association.At("clusterName"))
	require.Contains(t, r.One(t, "iam/role:Role", "bankchurn-predictor").At("assumeRolePolicy"), stacktest.ClusterArn)
}

// The objects differ by the address of the agent, and lose IRSA's annotation.
func TestParityUnderPodIdentity(t *testing.T) {
	gke, eks := stacktest.KubernetesObjects(stacktest.Up(t, "gke", nil)), stacktest.KubernetesObjects(stacktest.Up(t, "eks", byPodIdentity))
	for _, s := range stacktest.Services {
		policy := eks["NetworkPolicy/"+s.Name]
		var rest []any
		for _, rule := range policy.At("spec.egress").([]any) {
			if stacktest.RuleText(rule) != stacktest.RuleText(stacktest.EgressRule("169.254.170.23/32", 80)) {
				rest = append(rest, rule)
			}
		}
		policy.Inputs["spec"].(object)["egress"] = rest
	}
	require.Empty(t, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, gke, eks))
}
