package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// delivery is how a service's artifacts come into its pods: a fetcher copies
// them, or the cloud's driver mounts the buckets that they lie in.
type delivery struct {
	// Config is the name of the fetcher's ConfigMap, "" without a fetcher;
	// bytes is the room that the copies may take.
	config pulumi.StringOutput
	bytes  int64
	// Claims to mounted buckets by the buckets' names, nil where none is needed.
	claims map[string]pulumi.StringInput
	// Ready is what has to exist before a pod starts.
	ready []pulumi.Resource
}

// newDelivery makes what the pods get their artifacts by.
func newDelivery(ctx *pulumi.Context, name string, args *ModelServiceArgs, meta func(name string) *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (delivery, error) {
	none := pulumi.String("").ToStringOutput()
	switch {
	case args.Mount == nil:
		config, err := NewModelConfig(ctx, name, &ModelConfigArgs{
			Namespace: args.Namespace, Labels: meta("").Labels, ModelFolder: args.ModelFolder,
			Artifacts: args.Artifacts, Store: args.Store, Fetcher: args.Fetcher,
		}, opts...)
		if err != nil {
			return delivery{}, err
		}
		return delivery{config: config.Name, bytes: args.VolumeBytes}, nil
	case args.Mount.Inline:
		return delivery{config: none}, nil
	}
	claims, made, err := newClaims(ctx, name, args, meta, opts...)
	return delivery{config: none, claims: claims, ready: made}, err
}
