package aws

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// ClusterType is the token of a cluster; the token stand-in looks for one under it.
const ClusterType = "aws:eks/cluster:Cluster"

const kubernetesVersion = "1.34"

var clusterResources = map[string]provider.Resource{
	ClusterType: {
		Args: eks.ClusterArgs{}, State: eks.ClusterState{}, NameProperty: "name",
		ReplaceOnChanges: []string{
			"name", "roleArn", "bootstrapSelfManagedAddons", "encryptionConfig.resources", "outpostConfig",
			"accessConfig.bootstrapClusterCreatorAdminPermissions",
			"kubernetesNetworkConfig.ipFamily", "kubernetesNetworkConfig.serviceIpv4Cidr",
		},
		ID: provider.Template("{name}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":                    arn("eks", "cluster/{name}"),
			"endpoint":               clusterEndpoint,
			"certificateAuthority":   func(r *provider.Request) any { return map[string]any{"data": clusterCA(r)} },
			"certificateAuthorities": func(r *provider.Request) any { return []any{map[string]any{"data": clusterCA(r)}} },
			"identities":             clusterIdentities,
			"platformVersion":        provider.ConstOutput("eks.1"),
			"status":                 provider.ConstOutput("ACTIVE"),
			"version":                provider.ConstOutput(kubernetesVersion),
			"vpcConfig": func(r *provider.Request) any {
				return map[string]any{"clusterSecurityGroupId": provider.Template("sg-{#17}")(r)}
			},
		},
		Create: func(_ context.Context, r *provider.Request) error {
			_, err := r.Cloud.Node() // a cluster stands for the node's Kubernetes: it has to run
			return err
		},
	},
	"aws:eks/nodeGroup:NodeGroup": {
		Args: eks.NodeGroupArgs{}, State: eks.NodeGroupState{}, NameProperty: "nodeGroupName",
		Create: validateScalingConfig, Update: validateScalingConfig,
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
	"aws:eks/addon:Addon": {
		Args: eks.AddonArgs{}, State: eks.AddonState{},
		ReplaceOnChanges: []string{"clusterName", "addonName"},
		ID:               provider.Template("{clusterName}:{addonName}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":          arn("eks", "addon/{clusterName}/{addonName}/{#32}"),
			"addonVersion": provider.ConstOutput("v1.0.0-eksbuild.1"),
		},
	},
}

// validateScalingConfig refuses sizes that EKS refuses.
func validateScalingConfig(_ context.Context, r *provider.Request) error {
	size := func(key string) float64 {
		n, _ := r.Get("scalingConfig." + key).(float64)
		return n
	}
	minSize, desiredSize, maxSize := size("minSize"), size("desiredSize"), size("maxSize")
	switch {
	case minSize > desiredSize:
		return fmt.Errorf("InvalidParameterException: Minimum capacity %.0f can't be greater than desired size %.0f", minSize, desiredSize)
	case desiredSize > maxSize:
		return fmt.Errorf("InvalidParameterException: desired capacity %.0f can't be greater than max size %.0f", desiredSize, maxSize)
	}
	return nil
}

// autoscalingGroups name the group of machines that EKS makes for a node group.
func autoscalingGroups(r *provider.Request) any {
	name := provider.Template("eks-{nodeGroupName}-{#32}")(r)
	return []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": name}}}}
}

// clusterEndpoint is a URL, as EKS's is: the node's, or one under a domain that never resolves.
func clusterEndpoint(r *provider.Request) any {
	if r.Cloud == nil {
		return "https://" + strings.ToUpper(r.Hash(32)) + ".eks.invalid"
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Errorf("cluster %q: %w", r.GetString("name"), err)
	}
	return node.APIServerURL
}

// clusterCA is the cluster's certificate authority, base64 of the PEM.
func clusterCA(r *provider.Request) any {
	if r.Cloud == nil {
		return provider.OfflineCA
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Errorf("cluster %q: %w", r.GetString("name"), err)
	}
	return base64.StdEncoding.EncodeToString(node.CAData)
}

// clusterIdentities hold the issuer of the cluster's service-account tokens.
func clusterIdentities(r *provider.Request) any {
	issuer := fmt.Sprintf("https://oidc.eks.%v.amazonaws.com/id/%s", region(r), strings.ToUpper(r.Hash(32)))
	if r.Cloud != nil {
		node, err := r.Cloud.Node()
		if err != nil {
			return r.Errorf("cluster %q: %w", r.GetString("name"), err)
		}
		issuer = node.OIDCIssuer
	}
	return []any{map[string]any{"oidcs": []any{map[string]any{"issuer": issuer}}}}
}
