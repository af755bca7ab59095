package eks

import "github.com/modelferry/modelferry/infra"

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
