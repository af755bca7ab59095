package components

import (
	"path"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// CSIVolume is how the cloud's driver mounts a service's part of a bucket into its
// pods, read-only, in place of an init container that copies from it.
type CSIVolume struct {
	// Driver by the name that the cluster knows it by.
	Driver string
	// Prefix of the bucket that is mounted, ending in "/".
	Prefix string
	// Attributes are what the driver is told besides the bucket's name, and
	// Options those of the mount.
	Attributes   map[string]string
	MountOptions []string
	// Ephemeral tells that the driver takes a pod's own word for a volume. The
	// others mount PersistentVolumes alone.
	Ephemeral bool
	// Annotations of the pods that the driver looks for.
	Annotations map[string]string
}

// csiVolumes returns a volume for each bucket that the artifacts lie in.
func (a *ModelDeploymentArgs) csiVolumes() corev1.VolumeArray {
	var volumes corev1.VolumeArray
	for _, bucket := range firstPerBucket(a.Artifacts) {
		volume := &corev1.VolumeArgs{Name: pulumi.String(bucket.BucketName)}
		if claim := a.Claims[bucket.BucketName]; claim != nil {
			volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: claim, ReadOnly: pulumi.Bool(true)}
		} else {
			attributes := a.CSIVolume.attributes(bucket.Bucket)
			attributes["mountOptions"] = pulumi.String(strings.Join(a.CSIVolume.MountOptions, ","))
			volume.Csi = &corev1.CSIVolumeSourceArgs{
				Driver: pulumi.String(a.CSIVolume.Driver), ReadOnly: pulumi.Bool(true), VolumeAttributes: attributes,
			}
		}
		volumes = append(volumes, volume)
	}
	return volumes
}

// csiVolumeMounts shows the server each artifact at the path that the fetcher
// would put it at, and nothing else of the bucket.
func (a *ModelDeploymentArgs) csiVolumeMounts() corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	for _, artifact := range a.Artifacts {
		for _, mountPath := range []string{path.Join(a.ModelFolder, artifact.Dest), artifact.MountPath} {
			if mountPath == "" {
				continue
			}
			mounts = append(mounts, &corev1.VolumeMountArgs{
				Name: pulumi.String(artifact.BucketName), MountPath: pulumi.String(mountPath), ReadOnly: pulumi.Bool(true),
				SubPath: pulumi.String(path.Clean(strings.TrimPrefix(artifact.Path, a.CSIVolume.Prefix))),
			})
		}
	}
	return mounts
}

func (m *CSIVolume) attributes(bucket pulumi.StringInput) pulumi.StringMap {
	attributes := pulumi.ToStringMap(m.Attributes)
	attributes["bucketName"] = bucket
	return attributes
}

// firstPerBucket returns the first artifact of each bucket.
func firstPerBucket(artifacts []Artifact) []Artifact {
	var first []Artifact
	seen := map[string]bool{}
	for _, artifact := range artifacts {
		if !seen[artifact.BucketName] {
			first = append(first, artifact)
		}
		seen[artifact.BucketName] = true
	}
	return first
}
