package components

import (
	"path"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Mount is how the cloud's driver mounts a service's part of a bucket into its
// pods, read-only, in place of an init container that copies from it.
type Mount struct {
	// Driver by the name that the cluster knows it by.
	Driver string
	// Prefix of the bucket that is mounted, ending in "/".
	Prefix string
	// Attributes are what the driver is told besides the bucket's name, and
	// Options those of the mount.
	Attributes map[string]string
	Options    []string
	// Inline tells that the driver takes a pod's own word for a volume. The
	// others mount PersistentVolumes alone.
	Inline bool
	// Annotations of the pods that the driver looks for.
	Annotations map[string]string
}

// bucketVolumes returns a volume for each bucket that the artifacts lie in.
func (a *ModelDeploymentArgs) bucketVolumes() corev1.VolumeArray {
	var all corev1.VolumeArray
	for _, bucket := range bucketsOf(a.Artifacts) {
		volume := &corev1.VolumeArgs{Name: pulumi.String(bucket.BucketName)}
		if claim := a.Claims[bucket.BucketName]; claim != nil {
			volume.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: claim, ReadOnly: pulumi.Bool(true)}
		} else {
			attributes := a.Mount.attributes(bucket.Bucket)
			attributes["mountOptions"] = pulumi.String(strings.Join(a.Mount.Options, ","))
			volume.Csi = &corev1.CSIVolumeSourceArgs{
				Driver: pulumi.String(a.Mount.Driver), ReadOnly: pulumi.Bool(true), VolumeAttributes: attributes,
			}
		}
		all = append(all, volume)
	}
	return all
}

// bucketMounts shows the server each artifact at the path that the fetcher
// would put it at, and nothing else of the bucket.
func (a *ModelDeploymentArgs) bucketMounts() corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	for _, artifact := range a.Artifacts {
		for _, at := range []string{path.Join(a.ModelFolder, artifact.File), artifact.Mount} {
			if at == "" {
				continue
			}
			mounts = append(mounts, &corev1.VolumeMountArgs{
				Name: pulumi.String(artifact.BucketName), MountPath: pulumi.String(at), ReadOnly: pulumi.Bool(true),
				SubPath: pulumi.String(path.Clean(strings.TrimPrefix(artifact.Path, a.Mount.Prefix))),
			})
		}
	}
	return mounts
}

func (m *Mount) attributes(bucket pulumi.StringInput) pulumi.StringMap {
	all := pulumi.ToStringMap(m.Attributes)
	all["bucketName"] = bucket
	return all
}

// bucketsOf returns the first artifact of each bucket.
func bucketsOf(artifacts []Artifact) []Artifact {
	var all []Artifact
	seen := map[string]bool{}
	for _, artifact := range artifacts {
		if !seen[artifact.BucketName] {
			all = append(all, artifact)
		}
		seen[artifact.BucketName] = true
	}
	return all
}
