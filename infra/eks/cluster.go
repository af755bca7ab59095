package eks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Cluster is an EKS cluster, made by the stack or found by name.
type Cluster struct {
	pulumi.ResourceState

	// Name, ARN, API server URL and kubeconfig of the cluster.
	Name, Arn, URL, Kubeconfig pulumi.StringOutput
	// OIDCIssuer is the URL that signs the service accounts' tokens, and Provider
	// the ARN under which IAM trusts it. On a cluster that was found, they are
	// there for IRSA only.
	OIDCIssuer, OIDCProviderArn pulumi.StringOutput
	// Ready is what has to exist before the cluster can run a pod.
	Ready []pulumi.Resource
}

// ClusterArgs says what cluster to make.
type ClusterArgs struct {
	// Region of the cluster.
	Region string
	// Network that the nodes live in.
	Network *Network
	// Cluster from the stack's config, and the nodes with GPUs to have besides.
	Cluster config.ClusterSpec
	GPU     *config.GPU
	// InstallCSIDriver tells that pods mount buckets.
	InstallCSIDriver bool
	// Tags of the nodes' machines and disks.
	Tags map[string]string
}

// resolveCluster makes the cluster that the config describes, or finds the one that it names.
func resolveCluster(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if c.Cluster.Create == nil {
		return LookupCluster(ctx, name, c.AWS.Region, c.Cluster.Existing, c.Identity, opts...)
	}
	network, err := resolveNetwork(ctx, c, opts...)
	if err != nil {
		return nil, err
	}
	return NewCluster(ctx, name, &ClusterArgs{
		Region: c.AWS.Region, Network: network, Cluster: *c.Cluster.Create, GPU: c.GPUNodePool(), InstallCSIDriver: c.NeedsCSIDriver(),
		Tags: c.Labels(ctx.Project(), ctx.Stack()),
	}, opts...)
}

// NewCluster makes a cluster with private nodes, its node groups, and an OIDC
// provider so that its service accounts can assume roles. To the engine it is
// always the same one: another name replaces it, which is refused, where it
// would otherwise be a second cluster.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Cluster", name, pulumi.Map{
		"region": pulumi.String(args.Region), "machineType": pulumi.String(args.Cluster.MachineType),
	}, c, opts...); err != nil {
		return nil, err
	}
	parent, clusterName := pulumi.Parent(c), args.Cluster.Name
	role, attachments, err := newServiceRole(ctx, clusterName+"-cluster", "eks.amazonaws.com", []string{"AmazonEKSClusterPolicy"}, parent)
	if err != nil {
		return nil, err
	}
	var version pulumi.StringPtrInput
	if args.Cluster.Version != "" {
		version = pulumi.String(args.Cluster.Version)
	}
	secretsKeyArn, err := resolveKMSKey(ctx, args.Cluster.KMSKey, "secrets", false, parent)
	if err != nil {
		return nil, err
	}
	vpc := &eks.ClusterVpcConfigArgs{
		SubnetIds:             args.Network.Private,
		EndpointPrivateAccess: pulumi.Bool(true),
		EndpointPublicAccess:  pulumi.Bool(len(args.Cluster.AuthorizedNetworks) > 0),
	}
	if len(args.Cluster.AuthorizedNetworks) > 0 {
		vpc.PublicAccessCidrs = pulumi.ToStringArray(args.Cluster.AuthorizedNetworks)
	}
	cluster, err := eks.NewCluster(ctx, name, &eks.ClusterArgs{
		Name: pulumi.String(clusterName), RoleArn: role.Arn, Version: version, VpcConfig: vpc,
		AccessConfig: &eks.ClusterAccessConfigArgs{
			AuthenticationMode: pulumi.String("API"), BootstrapClusterCreatorAdminPermissions: pulumi.Bool(false),
		},
		EncryptionConfig: &eks.ClusterEncryptionConfigArgs{
			Provider: &eks.ClusterEncryptionConfigProviderArgs{KeyArn: secretsKeyArn}, Resources: pulumi.ToStringArray([]string{"secrets"}),
		},
		EnabledClusterLogTypes: pulumi.ToStringArray([]string{"api", "audit", "authenticator", "controllerManager", "scheduler"}),
	}, parent, pulumi.DependsOn(append(attachments, args.Network.Egress...)),
		// EKS deletes on request; the engine then refuses to, and to replace.
		pulumi.Protect(*args.Cluster.DeletionProtection),
		// EKS takes no other key for what it has encrypted, and does not say so.
		pulumi.ReplaceOnChanges([]string{"encryptionConfig"}))
	if err != nil {
		return nil, err
	}
	issuer := cluster.Identities.Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer().Elem()
	provider, err := iam.NewOpenIdConnectProvider(ctx, clusterName, &iam.OpenIdConnectProviderArgs{
		Url: issuer, ClientIdLists: pulumi.ToStringArray([]string{irsaAudience}),
	}, parent)
	if err != nil {
		return nil, err
	}
	nodes, err := newNodeGroups(ctx, clusterName, args, cluster, parent)
	if err != nil {
		return nil, err
	}
	if args.InstallCSIDriver {
		driver, err := newCSIDriverAddon(ctx, clusterName, cluster, nodes, parent)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, driver)
	}
	accessEntries, err := newAccessEntries(ctx, clusterName, args.Cluster.Admins, cluster, parent)
	if err != nil {
		return nil, err
	}
	ca := cluster.CertificateAuthority.Data().Elem()
	c.Arn, c.OIDCIssuer, c.OIDCProviderArn = cluster.Arn, issuer, provider.Arn
	return c.setOutputs(ctx, args.Region, cluster.Name, cluster.Endpoint, ca, slices.Concat(nodes, accessEntries, []pulumi.Resource{cluster, provider})...)
}

// LookupCluster looks up a cluster that exists, and for IRSA its OIDC provider.
// It fails when there is none of that name, or IAM does not trust its issuer.
func LookupCluster(ctx *pulumi.Context, name, region, existing string, identityMode config.PodIdentityMode, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Cluster", name, pulumi.Map{
		"existing": pulumi.String(existing), "region": pulumi.String(region),
	}, c, opts...); err != nil {
		return nil, err
	}
	cluster := eks.LookupClusterOutput(ctx, eks.LookupClusterOutputArgs{Name: pulumi.String(existing)}, pulumi.Parent(c))
	c.Arn = cluster.Arn()
	if identityMode == config.IRSA {
		c.OIDCIssuer = cluster.Identities().Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer()
		c.OIDCProviderArn = iam.LookupOpenIdConnectProviderOutput(ctx, iam.LookupOpenIdConnectProviderOutputArgs{Url: c.OIDCIssuer}, pulumi.Parent(c)).Arn()
	}
	ca := cluster.CertificateAuthorities().Index(pulumi.Int(0)).Data()
	return c.setOutputs(ctx, region, cluster.Name(), cluster.Endpoint(), ca)
}

func (c *Cluster) setOutputs(ctx *pulumi.Context, region string, name, endpoint, ca pulumi.StringOutput, ready ...pulumi.Resource) (*Cluster, error) {
	c.Name, c.URL, c.Ready = name, endpoint, ready
	c.Kubeconfig = infra.KubeconfigOutput(c.Name, c.URL, ca, func(name string) infra.ExecConfig {
		return infra.ExecConfig{
			Command: "aws", Args: []string{"eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"},
			InstallHint: "install the AWS CLI, version 2",
		}
	})
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "url": c.URL, "arn": c.Arn})
}
