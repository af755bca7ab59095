package aws

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// ClusterType is the type token of an EKS cluster.
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
			"certificateAuthority":   func(r *provider.Request) any { return map[string]any{"data": provider.ClusterCA(r)} },
			"certificateAuthorities": func(r *provider.Request) any { return []any{map[string]any{"data": provider.ClusterCA(r)}} },
			"identities":             clusterIdentities,
			"platformVersion":        provider.ConstOutput("eks.1"),
			"status":                 provider.ConstOutput("ACTIVE"),
			"version":                provider.ConstOutput(kubernetesVersion),
			"vpcConfig": func(r *provider.Request) any {
				return map[string]any{"clusterSecurityGroupId": provider.Template("sg-{#17}")(r)}
			},
		},
		Create: func(_ context.Context, r *provider.Request) error {
			_, err := r.Cloud.Node() // the cluster is the node's Kubernetes, so the node has to run
			return err
		},
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

// clusterEndpoint returns the API server's URL: the node's, or offline one in a reserved domain.
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

// clusterIdentities returns the issuer of the cluster's service account tokens in the form of EKS's identities.
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
