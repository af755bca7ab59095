package aws

import "github.com/modelferry/modelferry/local/internal/provider"

const nodeGroupType = "aws:eks/nodeGroup:NodeGroup"

var eksServerSet = map[string]map[string]provider.ServerSetProperty{
	ClusterType: {
		"enabledClusterLogTypes": unordered("enabledClusterLogTypes", "eks/cluster.go"),
		"kubernetesNetworkConfig": computed(provider.ConstOutput(map[string]any{
			"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16", "elasticLoadBalancing": map[string]any{"enabled": false},
		}), "eks/cluster.go"),
		"upgradePolicy":               computed(provider.ConstOutput(map[string]any{"supportType": "EXTENDED"}), "eks/cluster.go"),
		"vpcConfig.publicAccessCidrs": computed(provider.ConstOutput([]any{"0.0.0.0/0"}), "eks/cluster.go"),
		"vpcConfig.subnetIds":         unordered("vpcConfig.subnetIds", "eks/cluster.go"),
	},
	nodeGroupType: {
		"launchTemplate.name": computed(provider.Template("template-{launchTemplate.id}"), "eks/node_group.go"),
		"scalingConfig.desiredSize": {
			Value: scaledSize, Overrides: true, Later: true,
			Source: "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/website/docs/r/eks_node_group.html.markdown",
		},
		"subnetIds": unordered("subnetIds", "eks/node_group.go"),
	},
	"aws:eks/accessEntry:AccessEntry": {
		"kubernetesGroups": computed(provider.ConstOutput([]any{}), "eks/access_entry.go"),
		"userName":         computed(provider.Template("{principalArn}"), "eks/access_entry.go"),
	},
	"aws:eks/addon:Addon": {
		"configurationValues": computed(provider.ConstOutput(""), "eks/addon.go"),
	},
}

// scaledSize returns the size of a node group after the autoscaler has added a node, if it may.
func scaledSize(r *provider.Request) any {
	minSize, _ := r.Get("scalingConfig.minSize").(float64)
	maxSize, _ := r.Get("scalingConfig.maxSize").(float64)
	return min(minSize+1, maxSize)
}
