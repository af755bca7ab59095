package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

var podIdentitySettings = map[string]any{"identity": "podIdentity"}

// With EKS Pod Identity, an association assigns the role to the service account. The role trusts EKS for that service
// account of that cluster only.
func TestPodIdentity_associationPerService(t *testing.T) {
	r := stacktest.Up(t, "eks", podIdentitySettings)
	require.Len(t, r.ByType("PodIdentityAssociation"), len(stacktest.Services)+1, "the services and the Cluster Autoscaler")
	for _, s := range stacktest.Services {
		association := r.MustGet(t, "PodIdentityAssociation", s.Deployment)
		require.Equal(t, object{
			"clusterName": "modelferry", "namespace": "ml-portfolio", "serviceAccount": s.Deployment,
			"roleArn": stacktest.EKS.Identity(s.Deployment),
		}, association.Inputs)
		require.True(t, r.Dependencies(stacktest.GetDeployment(t, r, s))[association.URN],
			"a pod that is created before the association never gets credentials")
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},
			"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{
				"aws:RequestTag/eks-cluster-arn":"`+stacktest.ClusterArn+`",
				"aws:RequestTag/kubernetes-namespace":"ml-portfolio",
				"aws:RequestTag/kubernetes-service-account":"`+s.Deployment+`"}}}]}`,
			r.MustGet(t, "iam/role:Role", s.Deployment).Input("assumeRolePolicy").(string))
		require.Empty(t, r.MustGet(t, "ServiceAccount", s.Name).Input("metadata.annotations"))
		require.Contains(t, r.MustGet(t, "NetworkPolicy", s.Name).Input("spec.egress"), stacktest.EgressRule("169.254.170.23/32", 80))
	}
	require.Empty(t, stacktest.Up(t, "eks", nil).ByType("PodIdentityAssociation"), "IRSA is the default")
}

func TestPodIdentity_sameRolePolicyAsIRSA(t *testing.T) {
	irsa, podIdentity := stacktest.Up(t, "eks", nil), stacktest.Up(t, "eks", podIdentitySettings)
	for _, s := range stacktest.Services {
		require.Equal(t, irsa.MustGet(t, "RolePolicy", s.Deployment).Inputs, podIdentity.MustGet(t, "RolePolicy", s.Deployment).Inputs)
	}
}

// Pod Identity does not need an OIDC provider in IAM.
func TestPodIdentity_existingCluster(t *testing.T) {
	r := stacktest.Up(t, "eks", stacktest.Merge(podIdentitySettings, object{"cluster": object{"existing": "production"}}))
	association := r.MustGet(t, "PodIdentityAssociation", "bankchurn-predictor")
	require.Equal(t, "production", association.Input("clusterName"))
	require.Contains(t, r.MustGet(t, "iam/role:Role", "bankchurn-predictor").Input("assumeRolePolicy"), stacktest.ClusterArn)
}

// The objects differ by the address of the Pod Identity Agent only.
func TestPodIdentity_sameObjectsAsGKE(t *testing.T) {
	gke := stacktest.KubernetesObjects(stacktest.Up(t, "gke", nil))
	eks := stacktest.KubernetesObjects(stacktest.Up(t, "eks", podIdentitySettings))
	for _, s := range stacktest.Services {
		policy := eks["NetworkPolicy/"+s.Name]
		var rest []any
		for _, rule := range policy.Input("spec.egress").([]any) {
			if stacktest.MarshalRule(rule) != stacktest.MarshalRule(stacktest.EgressRule("169.254.170.23/32", 80)) {
				rest = append(rest, rule)
			}
		}
		policy.Inputs["spec"].(object)["egress"] = rest
	}
	require.Empty(t, stacktest.DiffObjects(stacktest.GKE, stacktest.EKS, gke, eks, stacktest.DiffExceptions))
}
