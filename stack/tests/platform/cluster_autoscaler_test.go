package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// EKS does not scale node groups itself. The Cluster Autoscaler discovers the Auto Scaling groups by the tags that EKS
// sets, and has a role of its own.
func TestClusterAutoscaler_deployedOnEKS(t *testing.T) {
	for _, preview := range []bool{false, true} {
		r := stacktest.RunStack(t, "eks", nil, preview)
		d := r.MustGet(t, "Deployment", "cluster-autoscaler")
		require.Equal(t, "kube-system", d.Input("metadata.namespace"))
		require.Equal(t, "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0", d.Input(stacktest.ServerContainer+"image"))
		discovery := "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/modelferry"
		require.Contains(t, d.Input(stacktest.ServerContainer+"args"), discovery)
		require.Contains(t, d.Input(stacktest.ServerContainer+"args"), "--cloud-provider=aws")
		require.ElementsMatch(t,
			[]any{object{"name": "AWS_REGION", "value": "eu-west-1"}, object{"name": "AWS_EC2_METADATA_DISABLED", "value": "true"}},
			d.Input(stacktest.ServerContainer+"env"), "the instance metadata service does not answer pods")
		require.Equal(t, object{"workload-type": "system"}, d.Input(stacktest.PodSpec+"nodeSelector"))
		require.Equal(t, "cluster-autoscaler", d.Input(stacktest.PodSpec+"serviceAccountName"))
		require.Equal(t, true, d.Input(stacktest.PodSpec+"securityContext.runAsNonRoot"))
		require.Equal(t, true, d.Input(stacktest.ServerContainer+"securityContext.readOnlyRootFilesystem"))
		role := r.MustGet(t, "iam/role:Role", stacktest.ClusterAutoscalerName)
		for _, dependency := range []stacktest.Registration{
			role, r.MustGet(t, "RolePolicy", stacktest.ClusterAutoscalerName),
			r.MustGet(t, "ClusterRoleBinding", "cluster-autoscaler"), r.MustGet(t, "RoleBinding", "cluster-autoscaler"),
		} {
			require.True(t, r.Dependencies(d)[dependency.URN], "has to depend on %s", dependency)
		}
	}
	require.Empty(t, stacktest.RunStack(t, "gke", nil, false).ByType("modelferry:index:NodeAutoscaler"), "GKE scales node pools itself")
}

func TestClusterAutoscaler_workloadIdentity(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	require.Equal(t, object{"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/" + stacktest.ClusterAutoscalerName + "-0a1b2c3"},
		r.MustGet(t, "ServiceAccount", "cluster-autoscaler").Input("metadata.annotations"))
	require.Contains(t, r.MustGet(t, "iam/role:Role", stacktest.ClusterAutoscalerName).Input("assumeRolePolicy"),
		`:sub":"system:serviceaccount:kube-system:cluster-autoscaler"`)
	r = stacktest.Up(t, "eks", podIdentitySettings)
	require.Equal(t, object{
		"clusterName": "modelferry", "namespace": "kube-system", "serviceAccount": "cluster-autoscaler",
		"roleArn": "arn:aws:iam::123456789012:role/" + stacktest.ClusterAutoscalerName + "-0a1b2c3",
	}, r.MustGet(t, "PodIdentityAssociation", stacktest.ClusterAutoscalerName).Inputs)
}

// AWS does not support resource-level permissions for most Describe actions. Changes are limited to the groups of the
// cluster.
func TestClusterAutoscaler_iamPolicy(t *testing.T) {
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"DescribeScaling","Effect":"Allow","Resource":["*"],
			"Action":["autoscaling:DescribeAutoScalingGroups","autoscaling:DescribeAutoScalingInstances",
			"autoscaling:DescribeLaunchConfigurations","autoscaling:DescribeScalingActivities",
			"autoscaling:DescribeTags","ec2:DescribeImages",
			"ec2:DescribeInstanceTypes","ec2:DescribeLaunchTemplateVersions","ec2:GetInstanceTypesFromInstanceRequirements"]},
		{"Sid":"DescribeNodegroups","Effect":"Allow","Action":["eks:DescribeNodegroup"],
			"Resource":["arn:aws:eks:eu-west-1:123456789012:nodegroup/main/*/*"]},
		{"Sid":"ScaleNodegroups","Effect":"Allow",
			"Action":["autoscaling:SetDesiredCapacity","autoscaling:TerminateInstanceInAutoScalingGroup"],
			"Resource":["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/eks-*"],
			"Condition":{"StringEquals":{"aws:ResourceTag/k8s.io/cluster-autoscaler/main":"owned"}}}]}`,
		stacktest.Up(t, "eks", nil).MustGet(t, "RolePolicy", stacktest.ClusterAutoscalerName).Input("policy").(string))
}

func TestClusterAutoscaler_rbacWriteVerbs(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	writeVerbs := map[string][]any{}
	for _, kind := range []string{"ClusterRole", "Role"} {
		for _, rule := range r.MustGet(t, kind, "cluster-autoscaler").Input("rules").([]any) {
			rule := rule.(object)
			for _, verb := range rule["verbs"].([]any) {
				if verb == "get" || verb == "list" || verb == "watch" {
					continue
				}
				for _, resource := range rule["resources"].([]any) {
					key := kind + " " + resource.(string)
					if rule["resourceNames"] != nil {
						key += " by name"
					}
					writeVerbs[key] = append(writeVerbs[key], verb)
				}
			}
		}
	}
	require.Equal(t, map[string][]any{
		"ClusterRole nodes": {"update"}, "ClusterRole events": {"create", "patch"},
		"ClusterRole pods/eviction": {"create"}, "ClusterRole pods/status": {"update"},
		"Role configmaps": {"create"}, "Role configmaps by name": {"delete", "update"},
		"Role leases": {"create"}, "Role leases by name": {"update"},
	}, writeVerbs)
}

func TestClusterAutoscaler_networkPolicy(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	policy := r.MustGet(t, "NetworkPolicy", "cluster-autoscaler")
	require.Equal(t, "kube-system", policy.Input("metadata.namespace"))
	require.Equal(t, object{
		"podSelector": object{"matchLabels": object{"app": "cluster-autoscaler"}}, "policyTypes": []any{"Ingress", "Egress"},
		"ingress": []any{object{"from": []any{object{"namespaceSelector": object{}}},
			"ports": []any{object{"protocol": "TCP", "port": 8085.}}}},
		"egress": []any{stacktest.DNSEgressRule, object{"ports": stacktest.HTTPSPorts}},
	}, policy.Input("spec"))
	require.True(t, r.Dependencies(r.MustGet(t, "Deployment", "cluster-autoscaler"))[policy.URN])
	require.Contains(t, stacktest.Up(t, "eks", podIdentitySettings).MustGet(t, "NetworkPolicy", "cluster-autoscaler").Input("spec.egress"),
		stacktest.EgressRule("169.254.170.23/32", 80))
}

func TestClusterAutoscaler_disabledAndImageVersion(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"disabled":         {"cluster.create.autoscaler.enabled": false},
		"existing cluster": {"cluster": object{"existing": "production"}},
	} {
		r := stacktest.Up(t, "eks", set)
		require.Empty(t, r.ByType("modelferry:index:NodeAutoscaler"), name)
		require.Empty(t, r.ByType("modelferry:eks:Autoscaler"), name)
	}
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.version": "1.33"})
	require.Equal(t, "registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.0",
		r.MustGet(t, "Deployment", "cluster-autoscaler").Input(stacktest.ServerContainer+"image"))
}
