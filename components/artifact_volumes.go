package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// artifactVolumes is how a service's artifacts come into its pods: a fetcher copies
// them, or the cloud's driver mounts the buckets that they lie in.
type artifactVolumes struct {
	// Config is the name of the fetcher's ConfigMap, "" without a fetcher;
	// bytes is the room that the copies may take.
	configMap   pulumi.StringOutput
	volumeBytes int64
	// Claims to mounted buckets by the buckets' names, nil where none is needed.
	claims map[string]pulumi.StringInput
	// Ready is what has to exist before a pod starts.
	ready []pulumi.Resource
}

// newArtifactVolumes makes what the pods get their artifacts by.
func newArtifactVolumes(ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (artifactVolumes, error) {
	none := pulumi.String("").ToStringOutput()
	switch {
	case args.CSIVolume == nil:
		config, err := NewModelConfig(ctx, name, &ModelConfigArgs{
			Namespace: args.Namespace, Labels: meta("").Labels, ModelFolder: args.ModelFolder,
			Artifacts: args.Artifacts, ObjectStore: args.ObjectStore, Fetcher: args.Fetcher,
		}, opts...)
		if err != nil {
			return artifactVolumes{}, err
		}
		return artifactVolumes{configMap: config.Name, volumeBytes: args.VolumeBytes}, nil
	case args.CSIVolume.Ephemeral:
		return artifactVolumes{configMap: none}, nil
	}
	claims, dependsOn, err := newPersistentVolumes(ctx, name, args, meta, opts...)
	return artifactVolumes{configMap: none, claims: claims, ready: dependsOn}, err
}
