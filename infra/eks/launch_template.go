package eks

import (
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// gravitonInstanceType matches instance types with Graviton processors, which are ARM: m7g.large, c7gn.large.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
var gravitonInstanceType = regexp.MustCompile(`^[a-z]+\d+g[a-z]*\.`)

// AMIType returns the EKS AMI type of a node group. With GPUs it is Bottlerocket's NVIDIA variant, which includes the
// driver and the device plugin.
func AMIType(pool infra.NodePool) string {
	architecture := "x86_64"
	if gravitonInstanceType.MatchString(pool.MachineType) {
		architecture = "ARM_64"
	}
	if pool.GPU {
		return "BOTTLEROCKET_" + architecture + "_NVIDIA"
	}
	return "AL2023_" + architecture + "_STANDARD"
}

// newLaunchTemplate creates the launch template of a node group. It requires IMDSv2 with a hop limit of 1, so that
// pods cannot get credentials of the node's role.
func newLaunchTemplate(
	ctx *pulumi.Context, pool infra.NodePool, tags map[string]string, opts ...pulumi.ResourceOption,
) (*ec2.LaunchTemplate, error) {
	blockDevices := ec2.LaunchTemplateBlockDeviceMappingArray{blockDevice("/dev/xvda", pool.DiskGiB)}
	if pool.GPU { // Bottlerocket has a second disk for data, which includes the pods' files
		blockDevices = ec2.LaunchTemplateBlockDeviceMappingArray{blockDevice("/dev/xvda", 0), blockDevice("/dev/xvdb", pool.DiskGiB)}
	}
	var tagSpecifications ec2.LaunchTemplateTagSpecificationArray
	// The provider's default tags are set on the template only.
	for _, resourceType := range []string{"instance", "volume", "network-interface"} {
		tagSpecifications = append(tagSpecifications, &ec2.LaunchTemplateTagSpecificationArgs{
			ResourceType: pulumi.String(resourceType), Tags: pulumi.ToStringMap(tags),
		})
	}
	return ec2.NewLaunchTemplate(ctx, pool.Name, &ec2.LaunchTemplateArgs{
		InstanceType:         pulumi.String(pool.MachineType),
		UpdateDefaultVersion: pulumi.Bool(true),
		MetadataOptions: &ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"), HttpTokens: pulumi.String("required"), HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: blockDevices,
		TagSpecifications:   tagSpecifications,
	}, opts...)
}

// blockDevice returns an encrypted disk that is deleted with its instance. With 0 GiB it has the size of the AMI's.
func blockDevice(device string, gib int) *ec2.LaunchTemplateBlockDeviceMappingArgs {
	ebs := &ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
		Encrypted: pulumi.String("true"), VolumeType: pulumi.String("gp3"), DeleteOnTermination: pulumi.String("true"),
	}
	if gib > 0 {
		ebs.VolumeSize = pulumi.Int(gib)
	}
	return &ec2.LaunchTemplateBlockDeviceMappingArgs{DeviceName: pulumi.String(device), Ebs: ebs}
}
