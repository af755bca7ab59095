package eks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// csiVolume returns a volume of the Mountpoint for Amazon S3 CSI driver. The driver reads with the pod's role, and
// supports PersistentVolumes only.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/CONFIGURATION.md
func (p *Platform) csiVolume(prefix string) infra.CSIVolume {
	return infra.CSIVolume{
		Driver: "s3.csi.aws.com", Prefix: prefix,
		// Without stsRegion the driver asks IMDS for the region, which pods cannot reach.
		Attributes: map[string]string{"authenticationSource": "pod", "stsRegion": p.region},
		// allow-other: the server and the kubelet, which resolves subPaths, are not the user that mounts.
		MountOptions: []string{"read-only", "allow-other", "prefix=" + prefix, "region=" + p.region},
	}
}

// csiDriverAddon is the EKS add-on of the driver. It needs no role: it reads with the pods' roles.
const csiDriverAddon = "aws-mountpoint-s3-csi-driver"

// newCSIDriverAddon installs the driver on the nodes. It tolerates all taints, since services run on tainted nodes.
func newCSIDriverAddon(
	ctx *pulumi.Context, name string, cluster *eks.Cluster, nodes []pulumi.Resource, opts ...pulumi.ResourceOption,
) (*eks.Addon, error) {
	return eks.NewAddon(ctx, fmt.Sprintf("%s-%s", name, csiDriverAddon), &eks.AddonArgs{
		ClusterName: cluster.Name, AddonName: pulumi.String(csiDriverAddon),
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"), ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		ConfigurationValues: pulumi.String(`{"node":{"tolerateAllTaints":true}}`),
	}, append(slices.Clone(opts), pulumi.DependsOn(nodes))...)
}
