package eks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// CSIVolume tells how Mountpoint for S3 mounts a part of a bucket. It reads with
// the role of the pod that it mounts for, and knows no volumes of a pod's own.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/CONFIGURATION.md
func (p *Platform) CSIVolume(prefix string) infra.CSIVolume {
	return infra.CSIVolume{
		Driver: "s3.csi.aws.com", Prefix: prefix,
		// The region is told, for IMDS, where the driver would ask, does not answer pods.
		Attributes: map[string]string{"authenticationSource": "pod", "stsRegion": p.region},
		// Others than the mounting user are the server, and the kubelet, which picks out the artifacts.
		MountOptions: []string{"read-only", "allow-other", "prefix=" + prefix, "region=" + p.region},
	}
}

// csiDriverAddon is EKS' add-on for Mountpoint. It has no role: it reads nothing
// as itself.
const csiDriverAddon = "aws-mountpoint-s3-csi-driver"

// newCSIDriverAddon installs the driver once there are nodes. It runs on each,
// the services' own too, which take no pods but those that tolerate it.
func newCSIDriverAddon(ctx *pulumi.Context, name string, cluster *eks.Cluster, nodes []pulumi.Resource, opts ...pulumi.ResourceOption) (*eks.Addon, error) {
	return eks.NewAddon(ctx, fmt.Sprintf("%s-%s", name, csiDriverAddon), &eks.AddonArgs{
		ClusterName: cluster.Name, AddonName: pulumi.String(csiDriverAddon),
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"), ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		ConfigurationValues: pulumi.String(`{"node":{"tolerateAllTaints":true}}`),
	}, append(slices.Clone(opts), pulumi.DependsOn(nodes))...)
}
