package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// csiVolume returns a volume of the Cloud Storage FUSE CSI driver. The driver runs in a sidecar that GKE adds to the
// pod, with the pod's identity.
// https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-ephemeral
func csiVolume(prefix string) infra.CSIVolume {
	return infra.CSIVolume{
		Driver: "gcsfuse.csi.storage.gke.io", Prefix: prefix, Ephemeral: true,
		// The driver's check reads the bucket itself, which a service's identity cannot.
		Attributes: map[string]string{"skipCSIBucketAccessCheck": "true"},
		// implicit-dirs: the bucket has no objects for its folders.
		MountOptions: []string{"only-dir=" + prefix, "implicit-dirs"},
		Annotations:  map[string]string{"gke-gcsfuse/volumes": "true"},
	}
}

// addonsConfig enables the CSI driver if a service needs it.
func (a *ClusterArgs) addonsConfig() container.ClusterAddonsConfigPtrInput {
	if !a.EnableCSIDriver {
		return nil
	}
	return &container.ClusterAddonsConfigArgs{
		GcsFuseCsiDriverConfig: &container.ClusterAddonsConfigGcsFuseCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
	}
}
