package aws

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

var nodeGroupResources = map[string]provider.Resource{
	nodeGroupType: {
		Args: eks.NodeGroupArgs{}, State: eks.NodeGroupState{}, NameProperty: "nodeGroupName",
		Create: createNodeGroup, Update: validateScalingConfig,
		RequiredInputs: []string{"subnetIds"},
		ReplaceOnChanges: []string{
			"clusterName", "nodeGroupName", "nodeRoleArn", "subnetIds", "instanceTypes", "amiType", "capacityType", "diskSize",
			"remoteAccess", "launchTemplate.id", "launchTemplate.name",
		},
		ID: provider.Template("{clusterName}:{nodeGroupName}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":            arn("eks", "nodegroup/{clusterName}/{nodeGroupName}/{#32}"),
			"resources":      autoscalingGroups,
			"status":         provider.ConstOutput("ACTIVE"),
			"version":        provider.ConstOutput(kubernetesVersion),
			"releaseVersion": provider.ConstOutput(kubernetesVersion + ".1-20240101"),
			"amiType":        provider.ConstOutput("AL2023_x86_64_STANDARD"),
			"capacityType":   provider.ConstOutput("ON_DEMAND"),
		},
	},
	"aws:autoscaling/tag:Tag": {
		Args: autoscaling.TagArgs{}, State: autoscaling.TagState{},
		ReplaceOnChanges: []string{"autoscalingGroupName", "tag.key"},
		ID:               provider.Template("{autoscalingGroupName},{tag.key}"),
	},
}

// createNodeGroup takes as long as a change of a permission takes to have an effect. On EKS it takes minutes, in which
// access entries become effective: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func createNodeGroup(ctx context.Context, r *provider.Request) error {
	if err := validateScalingConfig(ctx, r); err != nil {
		return err
	}
	if r.Cloud == nil {
		return nil
	}
	cloud, err := cloudstate.Load(r.Cloud.Dir)
	if err != nil || cloud.Delay() == 0 {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(cloud.Delay() + time.Second):
		return nil
	}
}

// validateScalingConfig returns the errors of EKS's API for inconsistent sizes.
func validateScalingConfig(_ context.Context, r *provider.Request) error {
	size := func(key string) float64 {
		n, _ := r.Get("scalingConfig." + key).(float64)
		return n
	}
	minSize, desiredSize, maxSize := size("minSize"), size("desiredSize"), size("maxSize")
	switch {
	case minSize > desiredSize:
		return fmt.Errorf("InvalidParameterException: Minimum capacity %.0f can't be greater than desired size %.0f",
			minSize, desiredSize)
	case desiredSize > maxSize:
		return fmt.Errorf("InvalidParameterException: desired capacity %.0f can't be greater than max size %.0f",
			desiredSize, maxSize)
	}
	return nil
}

// autoscalingGroups returns the Auto Scaling group of a node group, in the form of EKS's resources output.
func autoscalingGroups(r *provider.Request) any {
	name := provider.Template("eks-{nodeGroupName}-{#32}")(r)
	return []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": name}}}}
}
