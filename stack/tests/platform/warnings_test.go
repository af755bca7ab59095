package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// Warnings about the config are logged in a preview and in an update.
func TestWarnings_previewAndUpdate(t *testing.T) {
	set := map[string]any{"releases.bankchurn.artifacts.model.size": "600MB"}
	for _, p := range stacktest.Platforms {
		for _, preview := range []bool{false, true} {
			r := stacktest.RunStack(t, p.Stack, set, preview)
			require.Len(t, r.Warnings, 1)
			require.Contains(t, r.Warnings[0], "modelferry:releases.bankchurn.artifacts.model.size: each pod copies 600 MB when it starts")
			require.Contains(t, r.Warnings[0], "set modelferry:releases.bankchurn.delivery to csi")
			require.Empty(t, stacktest.RunStack(t, p.Stack, nil, preview).Warnings)
		}
	}
}

// A private endpoint that this machine cannot reach is reported before anything is registered.
func TestWarnings_privateEndpoint(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.RunStack(t, p.Stack, map[string]any{
			"cluster.create.authorizedNetworks":                 []any{},
			"cluster.create.privateEndpoint.authorizedNetworks": []any{"198.18.255.240/28"},
		}, true)
		require.Len(t, r.Warnings, 1)
		require.Contains(t, r.Warnings[0], "modelferry:cluster.create.authorizedNetworks: there is none")
	}
}
