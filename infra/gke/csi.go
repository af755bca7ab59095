package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// csiVolume returns a volume of the Cloud Storage FUSE CSI driver. The driver runs in a sidecar that GKE adds to the
// pod, with the pod's identity.
// https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-ephemeral
func csiVolume(prefix string) infra.CSIVolume {
	return infra.CSIVolume{
		Driver: "gcsfuse.csi.storage.gke.io", Prefix: prefix, Ephemeral: true,
		// Three checks ask for the layout of the whole bucket, which needs storage.objects.list on it: that of the
		// driver (this attribute), of its sidecar and of gcsfuse (mount options). A service's identity has a grant on
		// its prefix only. The buckets have no hierarchical namespace.
		// https://github.com/GoogleCloudPlatform/gcs-fuse-csi-driver/blob/main/docs/troubleshooting.md
		// https://github.com/GoogleCloudPlatform/gcsfuse/pull/4980
		Attributes: map[string]string{"skipCSIBucketAccessCheck": "true"},
		// implicit-dirs: the bucket has no objects for its folders.
		MountOptions: []string{
			"only-dir=" + prefix, "implicit-dirs", "enable-hns=false", "enable-sidecar-bucket-access-check=false",
		},
		Annotations: map[string]string{
			"gke-gcsfuse/volumes":                   "true",
			"gke-gcsfuse/cpu-request":               fmt.Sprintf("%dm", config.GCSFuseSidecarCPU),
			"gke-gcsfuse/memory-request":            fmt.Sprintf("%dMi", config.GCSFuseSidecarMemory),
			"gke-gcsfuse/ephemeral-storage-request": sidecarEphemeralStorage,
			// Without these a request would be the limit, too. 0 means no limit.
			// https://github.com/GoogleCloudPlatform/gcs-fuse-csi-driver/blob/main/pkg/webhook/config.go
			"gke-gcsfuse/cpu-limit":               "0",
			"gke-gcsfuse/memory-limit":            "0",
			"gke-gcsfuse/ephemeral-storage-limit": "0",
		},
	}
}

// sidecarEphemeralStorage is enough for the sidecar's log. GKE's default of 5Gi is for written and cached files.
const sidecarEphemeralStorage = "64Mi"

// addonsConfig enables the CSI driver if a service needs it.
func (a *ClusterArgs) addonsConfig() container.ClusterAddonsConfigPtrInput {
	if !a.EnableCSIDriver {
		return nil
	}
	return &container.ClusterAddonsConfigArgs{
		GcsFuseCsiDriverConfig: &container.ClusterAddonsConfigGcsFuseCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
	}
}
