package components

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// newPersistentVolumes creates a PersistentVolume and a claim for each bucket. It returns the names of the claims by
// the buckets' names in the catalogue, and the claims. Both objects are immutable and in use by pods. So their names
// have a hash of the volume's settings: with other settings the new volume exists before the old one is deleted.
func newPersistentVolumes(
	ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (map[string]pulumi.StringInput, []pulumi.Resource, error) {
	claimNames := map[string]pulumi.StringInput{}
	var claims []pulumi.Resource
	for _, bucket := range bucketNames(args.Artifacts) {
		uniqueName := args.Buckets[bucket].ApplyT(func(bucketName string) string {
			return volumeName(*args.CSIVolume, fmt.Sprintf("%s-%s", args.Deployment, bucket), bucketName)
		}).(pulumi.StringOutput)
		volumeMeta, claimMeta := meta(""), meta("")
		volumeMeta.Name = pulumi.Sprintf("%s-%s", args.Namespace, uniqueName) // PersistentVolumes have no namespace
		volumeMeta.Namespace = nil
		claimMeta.Name = uniqueName
		volume, err := corev1.NewPersistentVolume(ctx, name+"-"+bucket, &corev1.PersistentVolumeArgs{
			Metadata: volumeMeta,
			Spec: &corev1.PersistentVolumeSpecArgs{
				Capacity: volumeCapacity, AccessModes: readOnlyMany, StorageClassName: pulumi.String(""),
				PersistentVolumeReclaimPolicy: pulumi.String("Retain"), // never deletes the bucket
				MountOptions:                  pulumi.ToStringArray(args.CSIVolume.MountOptions),
				ClaimRef:                      &corev1.ObjectReferenceArgs{Namespace: args.Namespace, Name: uniqueName},
				Csi: &corev1.CSIPersistentVolumeSourceArgs{
					Driver: pulumi.String(args.CSIVolume.Driver), VolumeHandle: volumeMeta.Name.ToStringPtrOutput().Elem(),
					ReadOnly: pulumi.Bool(true), VolumeAttributes: volumeAttributes(*args.CSIVolume, args.Buckets[bucket]),
				},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claim, err := corev1.NewPersistentVolumeClaim(ctx, name+"-"+bucket, &corev1.PersistentVolumeClaimArgs{
			Metadata: claimMeta,
			Spec: &corev1.PersistentVolumeClaimSpecArgs{
				AccessModes: readOnlyMany, StorageClassName: pulumi.String(""), VolumeName: volume.Metadata.Name().Elem(),
				Resources: &corev1.VolumeResourceRequirementsArgs{Requests: volumeCapacity},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claimNames[bucket], claims = claim.Metadata.Name().Elem(), append(claims, claim)
	}
	return claimNames, claims, nil
}

var (
	// volumeCapacity is required, but has no meaning for a bucket.
	volumeCapacity = pulumi.StringMap{"storage": pulumi.String("1Gi")}
	readOnlyMany   = pulumi.ToStringArray([]string{"ReadOnlyMany"})
)

// volumeName returns base with a hash of the volume's settings.
func volumeName(v infra.CSIVolume, base, bucketName string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v %v", v.Driver, bucketName, v.Attributes, v.MountOptions))
	return base + "-" + hex.EncodeToString(sum[:4])
}
