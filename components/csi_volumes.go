package components

import (
	"path"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// csiVolumes returns a CSI volume for each bucket of the artifacts.
func (a *ModelDeploymentArgs) csiVolumes() corev1.VolumeArray {
	var volumes corev1.VolumeArray
	for _, bucket := range bucketNames(a.Artifacts) {
		volume := &corev1.VolumeArgs{Name: pulumi.String(bucket)}
		if claim := a.Claims[bucket]; claim != nil {
			volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: claim, ReadOnly: pulumi.Bool(true)}
		} else {
			attributes := volumeAttributes(*a.CSIVolume, a.Buckets[bucket])
			attributes["mountOptions"] = pulumi.String(strings.Join(a.CSIVolume.MountOptions, ","))
			volume.Csi = &corev1.CSIVolumeSourceArgs{
				Driver: pulumi.String(a.CSIVolume.Driver), ReadOnly: pulumi.Bool(true), VolumeAttributes: attributes,
			}
		}
		volumes = append(volumes, volume)
	}
	return volumes
}

// csiVolumeMounts mounts each artifact at the path that the fetcher would download it to. The server sees nothing else
// of the bucket.
func (a *ModelDeploymentArgs) csiVolumeMounts() corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	for _, artifact := range a.Artifacts {
		for _, mountPath := range []string{path.Join(a.ModelFolder, artifact.File), artifact.Mount} {
			if mountPath == "" {
				continue
			}
			mounts = append(mounts, &corev1.VolumeMountArgs{
				Name: pulumi.String(artifact.Bucket), MountPath: pulumi.String(mountPath), ReadOnly: pulumi.Bool(true),
				SubPath: pulumi.String(path.Clean(strings.TrimPrefix(artifact.Path, a.CSIVolume.Prefix))),
			})
		}
	}
	return mounts
}

// volumeAttributes returns the attributes of a volume of the bucket.
func volumeAttributes(v infra.CSIVolume, bucketName pulumi.StringInput) pulumi.StringMap {
	attributes := pulumi.ToStringMap(v.Attributes)
	attributes["bucketName"] = bucketName
	return attributes
}

// bucketNames returns the buckets of the artifacts by their names in the service catalogue, in the artifacts' order.
func bucketNames(artifacts []config.ResolvedArtifact) []string {
	var names []string
	for _, artifact := range artifacts {
		if !slices.Contains(names, artifact.Bucket) {
			names = append(names, artifact.Bucket)
		}
	}
	return names
}
