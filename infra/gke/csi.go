package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// CSIVolume tells how the Cloud Storage FUSE driver mounts a part of a bucket. It
// runs in a container that GKE adds to the pod, and reads as the pod does.
// https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-ephemeral
func (p *Platform) CSIVolume(prefix string) infra.CSIVolume {
	return infra.CSIVolume{
		Driver: "gcsfuse.csi.storage.gke.io", Prefix: prefix, Ephemeral: true,
		// The driver looks at the bucket itself first, which a service's identity may not.
		Attributes:   map[string]string{"skipCSIBucketAccessCheck": "true"},
		MountOptions: []string{"only-dir=" + prefix, "implicit-dirs"}, // folders exist by their objects' names
		Annotations:  map[string]string{"gke-gcsfuse/volumes": "true"},
	}
}

// addonsConfig switches the driver on where a service has its bucket mounted.
func (a *ClusterArgs) addonsConfig() container.ClusterAddonsConfigPtrInput {
	if !a.EnableCSIDriver {
		return nil
	}
	return &container.ClusterAddonsConfigArgs{
		GcsFuseCsiDriverConfig: &container.ClusterAddonsConfigGcsFuseCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
	}
}
