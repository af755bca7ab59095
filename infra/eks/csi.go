package eks

import (
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// csiVolume returns a volume of the Mountpoint for Amazon S3 CSI driver. The driver reads with the pod's role, and
// supports PersistentVolumes only.
// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/CONFIGURATION.md
func (p *Platform) csiVolume(prefix string) infra.CSIVolume {
	attributes := map[string]string{"authenticationSource": "pod"}
	if p.identityMode == config.IRSA {
		// Without stsRegion the driver asks IMDS for the region, which pods cannot reach. Pod Identity does not use STS. So
		// another identity makes another volume, and the pods that mount it restart in the same update: a mount keeps
		// the method that it was created with, and loses access when its credentials expire.
		// https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/pkg/driver/node/credentialprovider/provider_pod.go
		attributes["stsRegion"] = p.region
	}
	return infra.CSIVolume{
		Driver: "s3.csi.aws.com", Prefix: prefix, Attributes: attributes,
		// allow-other: the server and the kubelet, which resolves subPaths, are not the user that mounts.
		MountOptions: []string{"read-only", "allow-other", "prefix=" + prefix, "region=" + p.region},
	}
}
