package components

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newPersistentVolumes makes a PersistentVolume and a claim to it for each bucket, and
// returns the claims' names by the buckets'. Neither can be changed once it is
// made, and pods hold on to it: so both are named by what they mount, and what
// is mounted another way comes under another name, before the old goes.
func newPersistentVolumes(ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (map[string]pulumi.StringInput, []pulumi.Resource, error) {
	claims := map[string]pulumi.StringInput{}
	var dependsOn []pulumi.Resource
	for _, bucket := range firstPerBucket(args.Artifacts) {
		base := fmt.Sprintf("%s-%s", args.Deployment, bucket.BucketName)
		uniqueName := bucket.Bucket.ToStringOutput().ApplyT(func(bucket string) string {
			return args.CSIVolume.volumeName(base, bucket)
		}).(pulumi.StringOutput)
		volumeMeta, claimMeta := meta(""), meta("")
		volumeMeta.Name = pulumi.Sprintf("%s-%s", args.Namespace, uniqueName) // no namespace keeps it apart
		volumeMeta.Namespace = nil
		claimMeta.Name = uniqueName
		volume, err := corev1.NewPersistentVolume(ctx, name+"-"+bucket.BucketName, &corev1.PersistentVolumeArgs{
			Metadata: volumeMeta,
			Spec: &corev1.PersistentVolumeSpecArgs{
				Capacity: volumeCapacity, AccessModes: readOnlyMany, StorageClassName: pulumi.String(""),
				PersistentVolumeReclaimPolicy: pulumi.String("Retain"), // the bucket is not the volume's to delete
				MountOptions:                  pulumi.ToStringArray(args.CSIVolume.MountOptions),
				ClaimRef:                      &corev1.ObjectReferenceArgs{Namespace: args.Namespace, Name: uniqueName},
				Csi: &corev1.CSIPersistentVolumeSourceArgs{
					Driver: pulumi.String(args.CSIVolume.Driver), VolumeHandle: volumeMeta.Name.ToStringPtrOutput().Elem(), ReadOnly: pulumi.Bool(true),
					VolumeAttributes: args.CSIVolume.attributes(bucket.Bucket),
				},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claim, err := corev1.NewPersistentVolumeClaim(ctx, name+"-"+bucket.BucketName, &corev1.PersistentVolumeClaimArgs{
			Metadata: claimMeta,
			Spec: &corev1.PersistentVolumeClaimSpecArgs{
				AccessModes: readOnlyMany, StorageClassName: pulumi.String(""), VolumeName: volume.Metadata.Name().Elem(),
				Resources: &corev1.VolumeResourceRequirementsArgs{Requests: volumeCapacity},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claims[bucket.BucketName], dependsOn = claim.Metadata.Name().Elem(), append(dependsOn, claim)
	}
	return claims, dependsOn, nil
}

// A volume has to say how large it is; a bucket has no size.
var (
	volumeCapacity = pulumi.StringMap{"storage": pulumi.String("1Gi")}
	readOnlyMany   = pulumi.ToStringArray([]string{"ReadOnlyMany"})
)

// volumeName returns a name that another bucket, or another way to mount it, does not have.
func (m *CSIVolume) volumeName(base, bucket string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v %v", m.Driver, bucket, m.Attributes, m.MountOptions))
	return base + "-" + hex.EncodeToString(sum[:4])
}
