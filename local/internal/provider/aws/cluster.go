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

const version = "1.34"

var cluster = map[string]provider.Resource{
	ClusterType: {
		Args: eks.ClusterArgs{}, State: eks.ClusterState{}, Name: "name",
		Replace: []string{
			"name", "roleArn", "bootstrapSelfManagedAddons", "encryptionConfig.resources", "outpostConfig",
			"accessConfig.bootstrapClusterCreatorAdminPermissions",
			"kubernetesNetworkConfig.ipFamily", "kubernetesNetworkConfig.serviceIpv4Cidr",
		},
		ID: provider.Text("{name}"),
		Outputs: map[string]provider.Value{
			"arn":                    arn("eks", "cluster/{name}"),
			"endpoint":               endpoint,
			"certificateAuthority":   func(r *provider.Request) any { return map[string]any{"data": authority(r)} },
			"certificateAuthorities": func(r *provider.Request) any { return []any{map[string]any{"data": authority(r)}} },
			"identities":             identities,
			"platformVersion":        provider.Const("eks.1"),
			"status":                 provider.Const("ACTIVE"),
			"version":                provider.Const(version),
			"vpcConfig": func(r *provider.Request) any {
				return map[string]any{"clusterSecurityGroupId": provider.Text("sg-{#17}")(r)}
			},
		},
		Create: func(_ context.Context, r *provider.Request) error {
			_, err := r.Cloud.Node() // a cluster stands for the node's Kubernetes: it has to run
			return err
		},
	},
	"aws:eks/nodeGroup:NodeGroup": {
		Args: eks.NodeGroupArgs{}, State: eks.NodeGroupState{}, Name: "nodeGroupName",
		Create: sized, Update: sized,
		Required: []string{"subnetIds"},
		Replace: []string{
			"clusterName", "nodeGroupName", "nodeRoleArn", "subnetIds", "instanceTypes", "amiType", "capacityType", "diskSize",
			"remoteAccess", "launchTemplate.id", "launchTemplate.name",
		},
		ID: provider.Text("{clusterName}:{nodeGroupName}"),
		Outputs: map[string]provider.Value{
			"arn":            arn("eks", "nodegroup/{clusterName}/{nodeGroupName}/{#32}"),
			"resources":      machines,
			"status":         provider.Const("ACTIVE"),
			"version":        provider.Const(version),
			"releaseVersion": provider.Const(version + ".1-20240101"),
			"amiType":        provider.Const("AL2023_x86_64_STANDARD"),
			"capacityType":   provider.Const("ON_DEMAND"),
		},
	},
	"aws:autoscaling/tag:Tag": {
		Args: autoscaling.TagArgs{}, State: autoscaling.TagState{},
		Replace: []string{"autoscalingGroupName", "tag.key"},
		ID:      provider.Text("{autoscalingGroupName},{tag.key}"),
	},
	"aws:eks/addon:Addon": {
		Args: eks.AddonArgs{}, State: eks.AddonState{},
		Replace: []string{"clusterName", "addonName"},
		ID:      provider.Text("{clusterName}:{addonName}"),
		Outputs: map[string]provider.Value{
			"arn":          arn("eks", "addon/{clusterName}/{addonName}/{#32}"),
			"addonVersion": provider.Const("v1.0.0-eksbuild.1"),
		},
	},
}

// sized refuses sizes that EKS refuses.
func sized(_ context.Context, r *provider.Request) error {
	size := func(key string) float64 {
		n, _ := r.Get("scalingConfig." + key).(float64)
		return n
	}
	least, desired, most := size("minSize"), size("desiredSize"), size("maxSize")
	switch {
	case least > desired:
		return fmt.Errorf("InvalidParameterException: Minimum capacity %.0f can't be greater than desired size %.0f", least, desired)
	case desired > most:
		return fmt.Errorf("InvalidParameterException: desired capacity %.0f can't be greater than max size %.0f", desired, most)
	}
	return nil
}

// machines name the group of machines that EKS makes for a node group.
func machines(r *provider.Request) any {
	name := provider.Text("eks-{nodeGroupName}-{#32}")(r)
	return []any{map[string]any{"autoscalingGroups": []any{map[string]any{"name": name}}}}
}

// endpoint is a URL, as EKS's is: the node's, or one under a domain that never resolves.
func endpoint(r *provider.Request) any {
	if r.Cloud == nil {
		return "https://" + strings.ToUpper(r.Hash(32)) + ".eks.invalid"
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Fault("cluster %q: %w", r.Str("name"), err)
	}
	return node.APIServerURL
}

// authority is the cluster's certificate authority, base64 of the PEM.
func authority(r *provider.Request) any {
	if r.Cloud == nil {
		return provider.OfflineCA
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Fault("cluster %q: %w", r.Str("name"), err)
	}
	return base64.StdEncoding.EncodeToString(node.CAData)
}

// identities hold the issuer of the cluster's service-account tokens.
func identities(r *provider.Request) any {
	issuer := fmt.Sprintf("https://oidc.eks.%v.amazonaws.com/id/%s", region(r), strings.ToUpper(r.Hash(32)))
	if r.Cloud != nil {
		node, err := r.Cloud.Node()
		if err != nil {
			return r.Fault("cluster %q: %w", r.Str("name"), err)
		}
		issuer = node.OIDCIssuer
	}
	return []any{map[string]any{"oidcs": []any{map[string]any{"issuer": issuer}}}}
}
