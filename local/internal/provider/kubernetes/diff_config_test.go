package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"
)

// configWithServer returns the provider's properties for a cluster at a server.
func configWithServer(server, token string) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(map[string]any{"kubeconfig": fmt.Sprintf(`{
		"apiVersion": "v1", "kind": "Config", "current-context": "main",
		"clusters": [{"name": "main", "cluster": {"server": %q}}], "users": [{"name": "main", "user": {"token": %q}}],
		"contexts": [{"name": "main", "context": {"cluster": "main", "user": "main"}}]}`, server, token)})
}

// The cases are those of the official plugin.
func TestDiffConfig_replacesForAnotherCluster(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewProperty(""))
	with := func(props resource.PropertyMap, key resource.PropertyKey, value resource.PropertyValue) resource.PropertyMap {
		props = props.Copy()
		props[key] = value
		return props
	}
	id := func(props resource.PropertyMap, id string) resource.PropertyMap {
		return with(props, "clusterIdentifier", resource.NewProperty(id))
	}
	before, moved := configWithServer("https://203.0.113.7", "a"), configWithServer("https://172.31.255.242", "a")
	for _, c := range []struct {
		name       string
		olds, news resource.PropertyMap
		want       []resource.PropertyKey
	}{
		{"another token", before, configWithServer("https://203.0.113.7", "b"), nil},
		{"another endpoint", before, moved, []resource.PropertyKey{"kubeconfig"}},
		{"unknown kubeconfig", before, with(before, "kubeconfig", unknown), []resource.PropertyKey{"kubeconfig"}},
		{"another endpoint of the same cluster", id(before, "main"), id(moved, "main"), nil},
		{"unknown kubeconfig of the same cluster", id(before, "main"), with(id(before, "main"), "kubeconfig", unknown), nil},
		{"another cluster", id(before, "main"), id(moved, "other"), []resource.PropertyKey{"clusterIdentifier", "kubeconfig"}},
		{"another cluster at the same endpoint", id(before, "main"), id(before, "other"), []resource.PropertyKey{"clusterIdentifier"}},
		{"unknown cluster", id(before, "main"), with(id(before, "main"), "clusterIdentifier", unknown),
			[]resource.PropertyKey{"clusterIdentifier"}},
		{"identifier added", before, id(before, "main"), nil},
		{"identifier removed", id(before, "main"), before, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			diff, err := (&server{}).DiffConfig(context.Background(), plugin.DiffConfigRequest{OldInputs: c.olds, NewInputs: c.news})
			require.NoError(t, err)
			require.Equal(t, plugin.DiffSome, diff.Changes)
			slices.Sort(diff.ReplaceKeys)
			require.Equal(t, c.want, diff.ReplaceKeys)
		})
	}
}
