package iamtest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// The Cluster Autoscaler may change the size of its cluster's Auto Scaling groups and nothing else.
func TestClusterAutoscaler_ownNodeGroupsOnly(t *testing.T) {
	var statements []statement
	for _, text := range policyStatements(t,
		runStack(t, "eks", nil).MustGet(t, "RolePolicy", "modelferry-cluster-autoscaler").Input("policy")) {
		var s statement
		require.NoError(t, json.Unmarshal(text, &s))
		statements = append(statements, s)
	}
	const (
		group        = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/"
		otherAccount = "arn:aws:autoscaling:eu-west-1:210987654321:autoScalingGroup:0a1b:autoScalingGroupName/"
	)
	ownedBy := func(cluster string) map[string]string {
		return map[string]string{"aws:ResourceTag/k8s.io/cluster-autoscaler/" + cluster: "owned"}
	}
	for _, test := range []struct {
		action, resource string
		tags             map[string]string
		want             bool
	}{
		{"autoscaling:SetDesiredCapacity", group + "eks-modelferry-0a1b", ownedBy("main"), true},
		{"autoscaling:TerminateInstanceInAutoScalingGroup", group + "eks-modelferry-gpu-0a1b", ownedBy("main"), true},
		{"autoscaling:SetDesiredCapacity", group + "eks-modelferry-0a1b", ownedBy("other"), false},
		{"autoscaling:SetDesiredCapacity", group + "eks-modelferry-0a1b", nil, false},
		{"autoscaling:SetDesiredCapacity", group + "bastion", ownedBy("main"), false},
		{"autoscaling:SetDesiredCapacity", otherAccount + "eks-modelferry-0a1b", ownedBy("main"), false},
		{"autoscaling:UpdateAutoScalingGroup", group + "eks-modelferry-0a1b", ownedBy("main"), false},
		{"autoscaling:DeleteAutoScalingGroup", group + "eks-modelferry-0a1b", ownedBy("main"), false},
		{"autoscaling:DescribeAutoScalingGroups", group + "bastion", nil, true},
		{"ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a", ownedBy("main"), false},
		{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/modelferry/0a1b", nil, true},
		{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/other/modelferry/0a1b", nil, false},
		{"eks:UpdateNodegroupConfig", "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/modelferry/0a1b", nil, false},
		{"s3:GetObject", "arn:aws:s3:::123456789012-eu-west-1-eks-models/bankchurn/model.joblib", nil, false},
	} {
		var allowed bool
		for _, s := range statements {
			allowed = allowed || s.allows(t, test.action, test.resource, test.tags)
		}
		require.Equal(t, test.want, allowed, "%+v", test)
	}
}
