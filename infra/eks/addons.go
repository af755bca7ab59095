package eks

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// addonValues are the configuration values that the program sets, by add-on.
var addonValues = map[string]map[string]any{
	// Without it a NetworkPolicy is accepted but not enforced.
	config.AddonVPCCNI: {"enableNetworkPolicy": "true"},
	// Services run on tainted nodes.
	config.AddonS3CSIDriver: {"node": map[string]any{"tolerateAllTaints": true}},
}

// newAddon installs an EKS add-on: the configured version, or the default version for the cluster's Kubernetes version.
// Without a version, EKS would install its default and never upgrade it.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_AddonVersionInfo.html
func newAddon(
	ctx *pulumi.Context, name, addon string, settings config.Addon, cluster *eks.Cluster, opts ...pulumi.ResourceOption,
) (*eks.Addon, error) {
	values, err := configurationValues(addonValues[addon], settings.Values)
	if err != nil {
		return nil, fmt.Errorf("values of the add-on %s: %w", addon, err)
	}
	version := pulumi.String(settings.Version).ToStringOutput()
	if settings.Version == "" {
		// The provider is the cluster's.
		version = eks.GetAddonVersionOutput(ctx, eks.GetAddonVersionOutputArgs{
			AddonName: pulumi.String(addon), KubernetesVersion: cluster.Version,
		}, pulumi.Parent(cluster)).Version()
	}
	return eks.NewAddon(ctx, fmt.Sprintf("%s-%s", name, addon), &eks.AddonArgs{
		ClusterName: cluster.Name, AddonName: pulumi.String(addon), AddonVersion: version,
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"), ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		ConfigurationValues: values,
	}, opts...)
}

// configurationValues returns the values of an add-on as JSON, nil for none. The configured values override the
// program's.
func configurationValues(program, configured map[string]any) (pulumi.StringPtrInput, error) {
	merged := mergeValues(program, configured)
	if len(merged) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(merged)
	return pulumi.String(text), err
}

// mergeValues returns base with the values of overrides. Objects are merged key by key.
func mergeValues(base, overrides map[string]any) map[string]any {
	merged := maps.Clone(base)
	if merged == nil {
		merged = map[string]any{}
	}
	for key, value := range overrides {
		object, isObject := value.(map[string]any)
		if current, ok := merged[key].(map[string]any); ok && isObject {
			value = mergeValues(current, object)
		}
		merged[key] = value
	}
	return merged
}
