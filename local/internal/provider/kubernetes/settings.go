package kubernetes

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// settings are the provider's properties that this provider acts on.
type settings struct {
	Kubeconfig        string `json:"kubeconfig"` // content, or path
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

	unknown bool // in a preview, something that leads to the cluster
}

// readSettings takes properties that CheckConfig let pass.
func readSettings(props resource.PropertyMap) (settings, error) {
	var s settings
	content, err := json.Marshal(provider.Plain(props))
	if err != nil {
		return s, fmt.Errorf("provider's settings: %w", err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("provider's settings: %w", err)
	}
	for _, key := range []resource.PropertyKey{"kubeconfig", "context", "cluster", "namespace"} {
		if props[key].ContainsUnknowns() {
			s.unknown = true
		}
	}
	return s, nil
}

// refused are properties that mean something which this provider does not do; to take them silently would
// make it behave unlike Pulumi's own.
var refused = map[resource.PropertyKey]string{
	"helmReleaseSettings":   "it serves no Helm releases",
	"skipUpdateUnreachable": "it fails when the cluster is not reachable",
}

func unsupported(props resource.PropertyMap) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for key, why := range refused {
		if value, given := props[key]; given && !value.IsNull() {
			failures = append(failures, plugin.CheckFailure{
				Property: key, Reason: fmt.Sprintf("the local kubernetes provider does not know %q: %s", key, why),
			})
		}
	}
	if ssa := props["enableServerSideApply"]; ssa.IsBool() && !ssa.BoolValue() {
		failures = append(failures, plugin.CheckFailure{
			Property: "enableServerSideApply", Reason: "the local kubernetes provider only knows server-side apply: leave it out",
		})
	}
	return failures
}
