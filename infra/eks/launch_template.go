package eks

import (
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// gravitonInstanceType is a machine type with one of Amazon's own processors, such as m7g.large
// or c7gn.large.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
var gravitonInstanceType = regexp.MustCompile(`^[a-z]+\d+g[a-z]*\.`)

// AMIType returns EKS' name for the machine image of a pool's nodes. For GPUs
// it is Bottlerocket's own variant, which brings driver and device plugin.
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

// newLaunchTemplate makes the template that a group's machines start from.
// With IMDSv2 and one hop, a token of the node's role does not get as far as a
// pod.
func newLaunchTemplate(ctx *pulumi.Context, pool infra.NodePool, tags map[string]string, opts ...pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	blockDevices := ec2.LaunchTemplateBlockDeviceMappingArray{blockDevice("/dev/xvda", pool.DiskGiB)}
	if pool.GPU { // Bottlerocket's data, the pods' files among it, lies on a disk of its own
		blockDevices = ec2.LaunchTemplateBlockDeviceMappingArray{blockDevice("/dev/xvda", 0), blockDevice("/dev/xvdb", pool.DiskGiB)}
	}
	var tagSpecifications ec2.LaunchTemplateTagSpecificationArray
	// The provider's default tags end at the template.
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

// blockDevice is an encrypted one that goes with its machine; of 0 GiB, one as large
// as the image asks for.
func blockDevice(device string, gib int) *ec2.LaunchTemplateBlockDeviceMappingArgs {
	ebs := &ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
		Encrypted: pulumi.String("true"), VolumeType: pulumi.String("gp3"), DeleteOnTermination: pulumi.String("true"),
	}
	if gib > 0 {
		ebs.VolumeSize = pulumi.Int(gib)
	}
	return &ec2.LaunchTemplateBlockDeviceMappingArgs{DeviceName: pulumi.String(device), Ebs: ebs}
}
