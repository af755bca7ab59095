package platform

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// csiRelease needs the CSI driver.
var csiRelease = map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true}

// Every add-on has a version: without one, EKS would never upgrade it.
func TestAddons_defaultVersions(t *testing.T) {
	for _, version := range []string{"", "1.33"} {
		set := csiRelease
		want := stacktest.KubernetesVersion
		if version != "" {
			set, want = stacktest.Merge(csiRelease, map[string]any{"cluster.create.version": version}), version
		}
		r := stacktest.Up(t, "eks", set)
		var names []string
		for _, addon := range r.ByType("Addon") {
			name := addon.Input("addonName").(string)
			names = append(names, name)
			require.Equal(t, stacktest.AddonVersion(name, want), addon.Input("addonVersion"), name)
		}
		require.ElementsMatch(t, config.AddonNames(), names)
	}
	for _, addon := range stacktest.RunStack(t, "eks", csiRelease, true).ByType("Addon") {
		require.Equal(t, stacktest.Unknown, addon.Input("addonVersion"), "the cluster has no version before it exists")
	}
}

// A pinned version and values apply to one add-on, and leave the program's values in place.
func TestAddons_configured(t *testing.T) {
	for _, name := range config.AddonNames() {
		const pinned = "v9.9.9-eksbuild.9"
		addon := object{"version": pinned, "values": object{"node": object{"logLevel": 2}}}
		r := stacktest.Up(t, "eks", stacktest.Merge(csiRelease, map[string]any{"cluster.create.addons": object{name: addon}}))
		for _, registration := range r.ByType("Addon") {
			values, _ := registration.Input("configurationValues").(string)
			isPinned := strings.HasSuffix(registration.Name, "-"+name)
			require.Equal(t, isPinned, registration.Input("addonVersion") == pinned, registration.Name)
			require.Equal(t, isPinned, strings.Contains(values, `"logLevel":2`), registration.Name)
			require.Equal(t, strings.HasSuffix(registration.Name, config.AddonVPCCNI),
				strings.Contains(values, `"enableNetworkPolicy":"true"`), registration.Name)
			require.Equal(t, strings.HasSuffix(registration.Name, config.AddonS3CSIDriver),
				strings.Contains(values, `"tolerateAllTaints":true`), registration.Name)
		}
	}
}
