package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

func clusterError(text string) provider.OutputFunc {
	return sdkError("creating EKS Cluster ({name})", "EKS", "CreateCluster", 400, text)
}

func nodeGroupError(text string) provider.OutputFunc {
	return sdkError("creating EKS Node Group ({clusterName}:{nodeGroupName})", "EKS", "CreateNodegroup", 400, text)
}

var eksRefusals = map[string]provider.Refusals{
	ClusterType: {
		Create: []provider.Refusal{
			// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html#API_CreateCluster_Errors
			provider.Taken(sdkError("creating EKS Cluster ({name})", "EKS", "CreateCluster", 409,
				"ResourceInUseException: Cluster already exists with name: {name}")),
			// https://github.com/aws-samples/karpenter-blueprints/issues/20
			provider.Missing("roleArn", RoleType, "arn", clusterError("InvalidParameterException: Role with arn: {roleArn}, "+
				"could not be assumed because it does not exist or the trusted entity is not correct")),
			missingSubnet("vpcConfig.subnetIds", clusterError),
			inUnsupportedZone,
			// https://github.com/awsdocs/amazon-eks-user-guide/pull/795
			provider.RefuseIf(
				isInOneZone,
				clusterError("InvalidParameterException: Subnets specified must be in at least two different AZs"),
			),
			// The code is EKS's. Its words are not public, so these are from the API's reference, and for the key
			// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
			// https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
			provider.RefuseIf(serviceRangeOverlapsVPC, clusterError("InvalidParameterException: The service IPv4 CIDR block "+
				"{kubernetesNetworkConfig.serviceIpv4Cidr} overlaps with a CIDR block assigned to the VPC")),
			provider.RefuseIf(isKeyOfOtherRegion, clusterError("InvalidParameterException: The KMS key {encryptionConfig.provider.keyArn} "+
				"must be in the same region as the cluster")),
		},
		// https://github.com/crossplane-contrib/provider-upjet-aws/issues/912
		Delete: []provider.Refusal{provider.InUse(sdkError("deleting EKS Cluster ({name})", "EKS", "DeleteCluster", 409,
			"ResourceInUseException: Cluster has nodegroups attached"), nodeGroupType+" clusterName")},
	},
	nodeGroupType: {
		Create: []provider.Refusal{
			provider.Taken(sdkError("creating EKS Node Group ({clusterName}:{nodeGroupName})", "EKS", "CreateNodegroup", 409,
				"ResourceInUseException: NodeGroup already exists with name {nodeGroupName} and cluster name {clusterName}")),
			noCluster(nodeGroupError),
			// https://github.com/aws-samples/karpenter-blueprints/issues/20
			provider.Missing("nodeRoleArn", RoleType, "arn", nodeGroupError("InvalidParameterException: Role with arn: {nodeRoleArn}, "+
				"could not be assumed because it does not exist or the trusted entity is not correct")),
			missingSubnet("subnetIds", nodeGroupError),
			// Nodes need the permissions of their role and a way to EKS.
			// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3074
			// https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail
			provider.RefuseIf(nodesCannotJoin, provider.Template("waiting for EKS Node Group ({clusterName}:{nodeGroupName}) create: "+
				"unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: i-{#17}: NodeCreationFailure: "+
				"Instances failed to join the kubernetes cluster")),
		},
		// Without the policies, EKS cannot delete the network interfaces of the nodes.
		// https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/website/docs/r/eks_node_group.html.markdown
		Delete: []provider.Refusal{provider.RefuseIf(lacksNodePolicies, provider.Template("waiting for EKS Node Group "+
			"({clusterName}:{nodeGroupName}) delete: unexpected state 'DELETE_FAILED', wanted target ''. last error: "+
			"Ec2SecurityGroupDeletionFailure: DependencyViolation - resource has a dependent object"))},
	},
	"aws:eks/addon:Addon": {Create: []provider.Refusal{
		noCluster(eksError("EKS Add-On ({clusterName}:{addonName})", "CreateAddon")),
		// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html#API_CreateAddon_Errors
		provider.Taken(sdkError("creating EKS Add-On ({clusterName}:{addonName})", "EKS", "CreateAddon", 409,
			"ResourceInUseException: Addon already exists.")),
	}},
	"aws:eks/accessEntry:AccessEntry": {Create: []provider.Refusal{
		noCluster(eksError("EKS Access Entry ({clusterName}:{principalArn})", "CreateAccessEntry")),
		// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html#API_CreateAccessEntry_Errors
		provider.Taken(sdkError("creating EKS Access Entry ({clusterName}:{principalArn})", "EKS", "CreateAccessEntry", 409,
			"ResourceInUseException: The specified access entry resource is already in use on this cluster.")),
	}},
	PodIdentityAssociationType: {Create: []provider.Refusal{
		noCluster(eksError("EKS Pod Identity Association", "CreatePodIdentityAssociation")),
		// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html
		provider.Taken(sdkError("creating EKS Pod Identity Association", "EKS", "CreatePodIdentityAssociation", 409,
			"ResourceInUseException: Association already exists"), "clusterName", "namespace", "serviceAccount"),
	}},
}

func eksError(resource, operation string) func(text string) provider.OutputFunc {
	return func(text string) provider.OutputFunc {
		return sdkError("creating "+resource, "EKS", operation, 404, text)
	}
}

// noCluster refuses a cluster that does not exist.
func noCluster(message func(text string) provider.OutputFunc) provider.Refusal {
	return provider.Missing(
		"clusterName",
		ClusterType,
		"id",
		message("ResourceNotFoundException: No cluster found for name: {clusterName}."),
	)
}

// missingSubnet refuses a subnet that does not exist. A stack without subnets of its own uses those of an existing
// network, which the local cloud does not know.
func missingSubnet(path string, message func(text string) provider.OutputFunc) provider.Refusal {
	return func(r *provider.Request, cloud *cloudstate.Cloud) error {
		for _, id := range r.GetStrings(path) {
			if cloud.Find(subnetType, id) == nil && len(cloud.OfType(subnetType)) > 0 {
				return fmt.Errorf("%v", message("InvalidParameterException: The subnet ID '"+id+"' does not exist")(r))
			}
		}
		return nil
	}
}

// clusterZones returns the zones of the cluster's subnets in the stack's network.
func clusterZones(r *provider.Request, cloud *cloudstate.Cloud) []string {
	var names []string
	for _, id := range r.GetStrings("vpcConfig.subnetIds") {
		if subnet := cloud.Find(subnetType, id); subnet != nil {
			names = append(names, provider.Strings(*subnet, "availabilityZone")...)
		}
	}
	return names
}

// unsupportedZoneIDs are zones without control planes.
// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
var unsupportedZoneIDs = []string{"use1-az3", "usw1-az2", "cac1-az3"}

// inUnsupportedZone refuses a subnet in a zone without control planes.
// https://github.com/jenkins-x/terraform-aws-eks-jx/issues/71
func inUnsupportedZone(r *provider.Request, cloud *cloudstate.Cloud) error {
	var unsupported string
	var supported []string
	for _, z := range zones(r) {
		switch {
		case z.optInStatus != "opt-in-not-required":
		case !slices.Contains(unsupportedZoneIDs, z.id):
			supported = append(supported, z.name)
		case slices.Contains(clusterZones(r, cloud), z.name):
			unsupported = z.name
		}
	}
	if unsupported == "" {
		return nil
	}
	return fmt.Errorf("%v", clusterError(fmt.Sprintf("UnsupportedAvailabilityZoneException: Cannot create cluster '{name}' because %s, "+
		"the targeted availability zone, does not currently have sufficient capacity to support the cluster. "+
		"Retry and choose from these availability zones: %s", unsupported, strings.Join(supported, ", ")))(r))
}

func isInOneZone(r *provider.Request, cloud *cloudstate.Cloud) bool {
	names := clusterZones(r, cloud)
	slices.Sort(names)
	return len(slices.Compact(names)) == 1
}

func serviceRangeOverlapsVPC(r *provider.Request, cloud *cloudstate.Cloud) bool {
	services := cidr(r.Get("kubernetesNetworkConfig.serviceIpv4Cidr"))
	return slices.ContainsFunc(r.GetStrings("vpcConfig.subnetIds"), func(id string) bool {
		vpc := cloud.Find(vpcType, vpcOf(cloud, id))
		return vpc != nil && cidr(vpc.Outputs["cidrBlock"]).Overlaps(services)
	})
}

func isKeyOfOtherRegion(r *provider.Request, _ *cloudstate.Cloud) bool {
	key := strings.Split(r.GetString("encryptionConfig.provider.keyArn"), ":")
	return len(key) > 3 && key[3] != r.ConfigString("region")
}

// nodePolicies are the policies that nodes need, by the ends of their ARNs.
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
var nodePolicies = []string{"/AmazonEKSWorkerNodePolicy", "/AmazonEKS_CNI_Policy", "/AmazonEC2ContainerRegistryPullOnly"}

func lacksNodePolicies(r *provider.Request, cloud *cloudstate.Cloud) bool {
	role := provider.FindBy(cloud, RoleType, "arn", r.GetString("nodeRoleArn"))
	if role == nil {
		return true
	}
	return slices.ContainsFunc(nodePolicies, func(policy string) bool {
		return !slices.ContainsFunc(cloud.OfType(rolePolicyAttachmentType), func(attachment cloudstate.Resource) bool {
			arn, _ := attachment.Outputs["policyArn"].(string)
			return attachment.Outputs["role"] == role.ID && strings.HasSuffix(arn, policy)
		})
	})
}

// nodesCannotJoin reports whether the nodes lack a policy, or a subnet of the stack's network has no route out.
func nodesCannotJoin(r *provider.Request, cloud *cloudstate.Cloud) bool {
	return lacksNodePolicies(r, cloud) || slices.ContainsFunc(r.GetStrings("subnetIds"), func(id string) bool {
		if cloud.Find(subnetType, id) == nil {
			return false
		}
		association := provider.FindBy(cloud, "aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", id)
		return association == nil || provider.FindBy(cloud, "aws:ec2/route:Route", "routeTableId",
			fmt.Sprint(association.Outputs["routeTableId"])) == nil
	})
}
