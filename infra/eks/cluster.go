package eks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Cluster is an EKS cluster, created by the stack or existing.
type Cluster struct {
	pulumi.ResourceState
	infra.Cluster

	// Network of the nodes.
	Network infra.Network
	// Arn of the cluster.
	Arn pulumi.StringOutput
	// OIDCIssuer is the URL of the service account tokens' issuer, OIDCProviderArn the ARN of its OIDC provider in IAM.
	// An existing cluster has both for IRSA only.
	OIDCIssuer, OIDCProviderArn pulumi.StringOutput
}

// ClusterArgs are the arguments of NewCluster.
type ClusterArgs struct {
	// AWS has the credentials of the program's access to the cluster.
	AWS config.AWS
	// IAM has the settings of the roles.
	IAM config.IAM
	// Region of the cluster.
	Region string
	// Network of the nodes.
	Network *Network
	// Spec of the cluster from the stack's config.
	Spec config.ClusterSpec
	// GPU is the node group with GPUs, nil for none.
	GPU *config.GPU
	// InstallCSIDriver installs the Mountpoint for Amazon S3 CSI driver.
	InstallCSIDriver bool
	// RetainLogs keeps the logs of the control plane if the stack is destroyed.
	RetainLogs bool
	// Tags of the nodes' machines and disks.
	Tags map[string]string
}

// NewCluster creates a cluster with private nodes, its node groups, and an OIDC provider for IRSA. The cluster's name
// is not part of its URN: a change of the name replaces the cluster, which protection refuses, and does not create a
// second one.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Cluster", name, pulumi.Map{
		"region": pulumi.String(args.Region), "machineType": pulumi.String(args.Spec.MachineType),
	}, c, opts...); err != nil {
		return nil, err
	}
	parent, clusterName := pulumi.Parent(c), args.Spec.Name
	role, attachments, err := newServiceRole(ctx, clusterName+"-cluster", &serviceRoleArgs{
		Service: "eks.amazonaws.com", Policies: []string{"AmazonEKSClusterPolicy"}, Partition: RegionPartition(args.Region),
		IAM: args.IAM,
	}, parent)
	if err != nil {
		return nil, err
	}
	secretsKeyArn, err := resolveKMSKey(ctx, kmsKeyArgs{Configured: args.Spec.KMSKey, Purpose: "secrets"}, parent)
	if err != nil {
		return nil, err
	}
	logs, err := newLogGroup(ctx, args, parent)
	if err != nil {
		return nil, err
	}
	cluster, err := eks.NewCluster(ctx, name, args.clusterArgs(role.Arn, secretsKeyArn),
		parent, pulumi.DependsOn(slices.Concat(attachments, args.Network.Egress, []pulumi.Resource{logs})),
		// EKS has no deletion protection of its own here. The engine refuses to delete and to replace the cluster.
		pulumi.Protect(*args.Spec.DeletionProtection),
		// EKS ignores a change of the key. The provider does not know of this replacement, so it does not ask for the
		// deletion of the cluster, whose name the next one needs, and of all that depends on it.
		pulumi.ReplaceOnChanges([]string{"encryptionConfig"}), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return nil, err
	}
	c.Arn = cluster.Arn
	c.OIDCIssuer = cluster.Identities.Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer().Elem()
	provider, err := iam.NewOpenIdConnectProvider(ctx, clusterName, &iam.OpenIdConnectProviderArgs{
		Url: c.OIDCIssuer, ClientIdLists: pulumi.ToStringArray([]string{irsaAudience}),
	}, parent)
	if err != nil {
		return nil, err
	}
	c.OIDCProviderArn, c.IdentityProvider = provider.Arn, provider.Arn
	c.SecurityGroup = cluster.VpcConfig.ClusterSecurityGroupId().Elem()
	ingressRules, err := newEndpointIngressRules(ctx, clusterName, args.Spec.PrivateEndpoint.AuthorizedNetworks, c.SecurityGroup, parent)
	if err != nil {
		return nil, err
	}
	c.Network = infra.Network{
		ID:      args.Network.VPC,
		Subnets: args.Network.Private.ToStringArrayOutput(), PublicSubnets: args.Network.Public.ToStringArrayOutput(),
	}
	nodes, err := newNodeGroups(ctx, clusterName, args, cluster, parent)
	if err != nil {
		return nil, err
	}
	if args.InstallCSIDriver {
		// It needs no role: it reads with the pods' roles.
		addon, err := newAddon(ctx, clusterName, config.AddonS3CSIDriver, args.Spec.Addons[config.AddonS3CSIDriver], cluster,
			parent, pulumi.DependsOn(nodes))
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, addon)
	}
	accessEntries, err := newAccessEntries(ctx, clusterName, args, cluster, parent)
	if err != nil {
		return nil, err
	}
	c.Ready = slices.Concat(nodes, accessEntries, ingressRules, []pulumi.Resource{cluster, provider})
	return c, c.setOutputs(ctx, args.AWS, cluster.Name, cluster.Endpoint, cluster.CertificateAuthority.Data().Elem())
}

// clusterArgs returns the arguments of the EKS cluster.
func (a *ClusterArgs) clusterArgs(roleArn, secretsKeyArn pulumi.StringOutput) *eks.ClusterArgs {
	var version pulumi.StringPtrInput
	if a.Spec.Version != "" {
		version = pulumi.String(a.Spec.Version)
	}
	vpcConfig := &eks.ClusterVpcConfigArgs{
		SubnetIds:             a.Network.Private,
		EndpointPrivateAccess: pulumi.Bool(true),
		EndpointPublicAccess:  pulumi.Bool(len(a.Spec.AuthorizedNetworks) > 0),
	}
	if len(a.Spec.AuthorizedNetworks) > 0 {
		vpcConfig.PublicAccessCidrs = pulumi.ToStringArray(a.Spec.AuthorizedNetworks)
	}
	return &eks.ClusterArgs{
		Name: pulumi.String(a.Spec.Name), RoleArn: roleArn, Version: version, VpcConfig: vpcConfig,
		UpgradePolicy: &eks.ClusterUpgradePolicyArgs{SupportType: pulumi.String(a.Spec.UpgradePolicy)},
		AccessConfig: &eks.ClusterAccessConfigArgs{
			AuthenticationMode: pulumi.String("API"), BootstrapClusterCreatorAdminPermissions: pulumi.Bool(false),
		},
		EncryptionConfig: &eks.ClusterEncryptionConfigArgs{
			Provider:  &eks.ClusterEncryptionConfigProviderArgs{KeyArn: secretsKeyArn},
			Resources: pulumi.ToStringArray([]string{"secrets"}),
		},
		EnabledClusterLogTypes: pulumi.ToStringArray([]string{"api", "audit", "authenticator", "controllerManager", "scheduler"}),
	}
}

// LookupClusterArgs are the arguments of LookupCluster.
type LookupClusterArgs struct {
	// AWS has the region, and the credentials of the program's access to the cluster.
	AWS config.AWS
	// Name of the cluster.
	Name string
	// IdentityMode of the services. IRSA needs the cluster's OIDC provider.
	IdentityMode config.PodIdentityMode
}

// LookupCluster looks up an existing cluster, and for IRSA its OIDC provider. It fails if one of them does not exist.
func LookupCluster(
	ctx *pulumi.Context, name string, args *LookupClusterArgs, opts ...pulumi.ResourceOption,
) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Cluster", name, pulumi.Map{
		"existing": pulumi.String(args.Name), "region": pulumi.String(args.AWS.Region),
	}, c, opts...); err != nil {
		return nil, err
	}
	cluster := eks.LookupClusterOutput(ctx, eks.LookupClusterOutputArgs{Name: pulumi.String(args.Name)}, pulumi.Parent(c))
	c.Arn = cluster.Arn()
	c.SecurityGroup = cluster.VpcConfig().ClusterSecurityGroupId()
	c.Network = infra.Network{
		ID: cluster.VpcConfig().VpcId(), Subnets: cluster.VpcConfig().SubnetIds(),
		PublicSubnets: pulumi.StringArray{}.ToStringArrayOutput(), // not distinguished from the others
	}
	c.IdentityProvider = pulumi.String("").ToStringOutput()
	if args.IdentityMode == config.IRSA {
		c.OIDCIssuer = cluster.Identities().Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer()
		c.OIDCProviderArn = iam.LookupOpenIdConnectProviderOutput(ctx, iam.LookupOpenIdConnectProviderOutputArgs{
			Url: c.OIDCIssuer,
		}, pulumi.Parent(c)).Arn()
		c.IdentityProvider = c.OIDCProviderArn
	}
	ca := cluster.CertificateAuthorities().Index(pulumi.Int(0)).Data()
	return c, c.setOutputs(ctx, args.AWS, cluster.Name(), cluster.Endpoint(), ca)
}

// setOutputs sets and registers the outputs. endpoint is the API server's URL, ca its certificate: base64 of PEM.
func (c *Cluster) setOutputs(ctx *pulumi.Context, credentials config.AWS, name, endpoint, ca pulumi.StringOutput) error {
	c.ID, c.Name, c.Endpoint = c.Arn, name, endpoint
	c.Kubeconfig = infra.KubeconfigOutput(c.Name, c.Endpoint, ca, func(name string) infra.ExecConfig {
		return execConfig(credentials.Region, name)
	})
	c.ProviderKubeconfig = infra.KubeconfigOutput(c.Name, c.Endpoint, ca, func(name string) infra.ExecConfig {
		return providerExecConfig(credentials, name)
	})
	return ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "url": c.Endpoint, "arn": c.Arn})
}
