package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// artifactVolumes are the volumes of a service's artifacts: an emptyDir that the fetcher downloads to, or CSI volumes.
type artifactVolumes struct {
	// configMap is the name of the fetcher's ConfigMap, "" without a fetcher.
	configMap pulumi.StringOutput
	// volumeBytes is the size limit of the emptyDir, 0 without a fetcher.
	volumeBytes int64
	// claims are the PersistentVolumeClaims by the buckets' names in the catalogue, nil for ephemeral volumes.
	claims map[string]pulumi.StringInput
	// dependsOn are the resources that have to exist before a pod starts.
	dependsOn []pulumi.Resource
}

// newArtifactVolumes creates the fetcher's ConfigMap, or the PersistentVolumes of the CSI driver.
func newArtifactVolumes(
	ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (artifactVolumes, error) {
	noConfigMap := pulumi.String("").ToStringOutput()
	switch {
	case args.CSIVolume == nil:
		config, err := NewModelConfig(ctx, name, &ModelConfigArgs{
			Namespace: args.Namespace, Labels: meta("").Labels, ModelFolder: args.ModelFolder,
			Artifacts: args.Artifacts, Buckets: args.Buckets, ObjectStore: args.ObjectStore, Fetcher: args.Fetcher,
		}, opts...)
		if err != nil {
			return artifactVolumes{}, err
		}
		return artifactVolumes{configMap: config.Name, volumeBytes: args.VolumeBytes}, nil
	case args.CSIVolume.Ephemeral:
		return artifactVolumes{configMap: noConfigMap}, nil
	}
	claims, dependsOn, err := newPersistentVolumes(ctx, name, args, meta, opts...)
	return artifactVolumes{configMap: noConfigMap, claims: claims, dependsOn: dependsOn}, err
}
