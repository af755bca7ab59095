package components

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newClaims makes a PersistentVolume and a claim to it for each bucket, and
// returns the claims' names by the buckets'. Neither can be changed once it is
// made, and pods hold on to it: so both are named by what they mount, and what
// is mounted another way comes under another name, before the old goes.
func newClaims(ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (map[string]pulumi.StringInput, []pulumi.Resource, error) {
	claims := map[string]pulumi.StringInput{}
	var made []pulumi.Resource
	for _, bucket := range bucketsOf(args.Artifacts) {
		stem := fmt.Sprintf("%s-%s", args.Deployment, bucket.BucketName)
		unique := bucket.Bucket.ToStringOutput().ApplyT(func(bucket string) string {
			return args.Mount.unique(stem, bucket)
		}).(pulumi.StringOutput)
		volumeMeta, claimMeta := meta(""), meta("")
		volumeMeta.Name = pulumi.Sprintf("%s-%s", args.Namespace, unique) // no namespace keeps it apart
		volumeMeta.Namespace = nil
		claimMeta.Name = unique
		volume, err := corev1.NewPersistentVolume(ctx, name+"-"+bucket.BucketName, &corev1.PersistentVolumeArgs{
			Metadata: volumeMeta,
			Spec: &corev1.PersistentVolumeSpecArgs{
				Capacity: capacity, AccessModes: readers, StorageClassName: pulumi.String(""),
				PersistentVolumeReclaimPolicy: pulumi.String("Retain"), // the bucket is not the volume's to delete
				MountOptions:                  pulumi.ToStringArray(args.Mount.Options),
				ClaimRef:                      &corev1.ObjectReferenceArgs{Namespace: args.Namespace, Name: unique},
				Csi: &corev1.CSIPersistentVolumeSourceArgs{
					Driver: pulumi.String(args.Mount.Driver), VolumeHandle: volumeMeta.Name.ToStringPtrOutput().Elem(), ReadOnly: pulumi.Bool(true),
					VolumeAttributes: args.Mount.attributes(bucket.Bucket),
				},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claim, err := corev1.NewPersistentVolumeClaim(ctx, name+"-"+bucket.BucketName, &corev1.PersistentVolumeClaimArgs{
			Metadata: claimMeta,
			Spec: &corev1.PersistentVolumeClaimSpecArgs{
				AccessModes: readers, StorageClassName: pulumi.String(""), VolumeName: volume.Metadata.Name().Elem(),
				Resources: &corev1.VolumeResourceRequirementsArgs{Requests: capacity},
			},
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		claims[bucket.BucketName], made = claim.Metadata.Name().Elem(), append(made, claim)
	}
	return claims, made, nil
}

// A volume has to say how large it is; a bucket has no size.
var (
	capacity = pulumi.StringMap{"storage": pulumi.String("1Gi")}
	readers  = pulumi.ToStringArray([]string{"ReadOnlyMany"})
)

// unique returns a name that another bucket, or another way to mount it, does not have.
func (m *Mount) unique(stem, bucket string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v %v", m.Driver, bucket, m.Attributes, m.Options))
	return stem + "-" + hex.EncodeToString(sum[:4])
}
