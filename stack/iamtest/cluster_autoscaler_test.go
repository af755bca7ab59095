package iamtest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// The nodes' autoscaler changes the size of its own cluster's groups, and of nothing else.
func TestClusterAutoscaler_ownNodeGroupsOnly(t *testing.T) {
	var statements []statement
	for _, text := range policyStatements(t, runStack(t, "eks", nil).MustGet(t, "RolePolicy", "modelferry-cluster-autoscaler").Input("policy")) {
		var s statement
		require.NoError(t, json.Unmarshal(text, &s))
		statements = append(statements, s)
	}
	const (
		account   = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0a1b:autoScalingGroupName/"
		elsewhere = "arn:aws:autoscaling:eu-west-1:210987654321:autoScalingGroup:0a1b:autoScalingGroupName/"
	)
	of := func(cluster string) map[string]string {
		return map[string]string{"aws:ResourceTag/k8s.io/cluster-autoscaler/" + cluster: "owned"}
	}
	for _, test := range []struct {
		action, resource string
		tags             map[string]string
		want             bool
	}{
		{"autoscaling:SetDesiredCapacity", account + "eks-modelferry-0a1b", of("main"), true},
		{"autoscaling:TerminateInstanceInAutoScalingGroup", account + "eks-modelferry-gpu-0a1b", of("main"), true},
		{"autoscaling:SetDesiredCapacity", account + "eks-modelferry-0a1b", of("other"), false},
		{"autoscaling:SetDesiredCapacity", account + "eks-modelferry-0a1b", nil, false},
		{"autoscaling:SetDesiredCapacity", account + "bastion", of("main"), false},
		{"autoscaling:SetDesiredCapacity", elsewhere + "eks-modelferry-0a1b", of("main"), false},
		{"autoscaling:UpdateAutoScalingGroup", account + "eks-modelferry-0a1b", of("main"), false},
		{"autoscaling:DeleteAutoScalingGroup", account + "eks-modelferry-0a1b", of("main"), false},
		{"autoscaling:DescribeAutoScalingGroups", account + "bastion", nil, true},
		{"ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a", of("main"), false},
		{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/modelferry/0a1b", nil, true},
		{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/other/modelferry/0a1b", nil, false},
		{"eks:UpdateNodegroupConfig", "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/modelferry/0a1b", nil, false},
		{"s3:GetObject", "arn:aws:s3:::123456789012-eu-west-1-eks-models/bankchurn/model.joblib", nil, false},
	} {
		var may bool
		for _, s := range statements {
			may = may || s.allows(t, test.action, test.resource, test.tags)
		}
		require.Equal(t, test.want, may, "%+v", test)
	}
}
