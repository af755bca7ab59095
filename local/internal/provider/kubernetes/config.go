package kubernetes

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// providerConfig is the part of the provider's configuration that this provider supports.
type providerConfig struct {
	Kubeconfig        string `json:"kubeconfig"` // content or path
	Context           string `json:"context"`
	Cluster           string `json:"cluster"`
	Namespace         string `json:"namespace"`
	RenderDir         string `json:"renderYamlToDirectory"`
	MutableConfigMaps bool   `json:"enableConfigMapMutable"`
	MutableSecrets    bool   `json:"enableSecretMutable"`
	DeleteUnreachable bool   `json:"deleteUnreachable"`
	Client            struct {
		QPS     float32 `json:"qps"`
		Burst   int     `json:"burst"`
		Timeout int     `json:"timeout"` // seconds
	} `json:"kubeClientSettings"`

	hasUnknowns bool // in a preview, a property that selects the cluster is unknown
}

// parseConfig parses properties that CheckConfig has accepted.
func parseConfig(props resource.PropertyMap) (providerConfig, error) {
	var c providerConfig
	content, err := json.Marshal(provider.ToPlain(props))
	if err != nil {
		return c, fmt.Errorf("provider configuration: %w", err)
	}
	if err := json.Unmarshal(content, &c); err != nil {
		return c, fmt.Errorf("provider configuration: %w", err)
	}
	for _, key := range []resource.PropertyKey{"kubeconfig", "context", "cluster", "namespace"} {
		if props[key].ContainsUnknowns() {
			c.hasUnknowns = true
		}
	}
	return c, nil
}

// unsupportedProperties are refused, with the reason: ignoring them would give another result than pulumi-kubernetes.
var unsupportedProperties = map[resource.PropertyKey]string{
	"helmReleaseSettings":   "it has no Helm releases",
	"skipUpdateUnreachable": "it fails when the cluster is not reachable",
}

func checkUnsupported(props resource.PropertyMap) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for key, why := range unsupportedProperties {
		if value, isSet := props[key]; isSet && !value.IsNull() {
			failures = append(failures, plugin.CheckFailure{
				Property: key, Reason: fmt.Sprintf("the local kubernetes provider does not support %q: %s", key, why),
			})
		}
	}
	if ssa := props["enableServerSideApply"]; ssa.IsBool() && !ssa.BoolValue() {
		failures = append(failures, plugin.CheckFailure{
			Property: "enableServerSideApply", Reason: "the local kubernetes provider supports only server-side apply: remove it",
		})
	}
	return failures
}
