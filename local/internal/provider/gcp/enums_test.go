package gcp_test

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

// The config accepts the release channels that the pinned provider accepts, and no others.
func TestEnums_releaseChannels(t *testing.T) {
	check := func(channel string) []plugin.CheckFailure {
		checked, err := provider.New(gcp.Package(), nil).Check(context.Background(), plugin.CheckRequest{
			URN: clusterURN, Type: clusterURN.Type(), News: resource.NewPropertyMapFromMap(map[string]any{
				"name": "main", "releaseChannel": map[string]any{"channel": channel},
			}),
		})
		require.NoError(t, err)
		return checked.Failures
	}
	require.NotEmpty(t, config.ReleaseChannels())
	for _, channel := range config.ReleaseChannels() {
		require.Empty(t, check(channel), channel)
	}
	failures := check("EXTENDED")
	require.Len(t, failures, 1)
	require.Equal(t, `gcp:container/cluster:Cluster: expected releaseChannel.channel to be one of `+
		`["UNSPECIFIED" "RAPID" "REGULAR" "STABLE"], got EXTENDED`, failures[0].Reason)
}

var clusterURN = resource.NewURN("gke", "modelferry", "", "gcp:container/cluster:Cluster", "main")

// A path applies to each element of a list.
func TestEnums_inLists(t *testing.T) {
	const typ = "gcp:artifactregistry/repository:Repository"
	policy := func(action string) any { return map[string]any{"id": action, "action": action} }
	checked, err := provider.New(gcp.Package(), nil).Check(context.Background(), plugin.CheckRequest{
		URN: resource.NewURN("gke", "modelferry", "", typ, "main"), Type: typ, News: resource.NewPropertyMapFromMap(map[string]any{
			"repositoryId": "main", "format": "DOCKER", "cleanupPolicies": []any{policy("KEEP"), policy("REMOVE")},
		}),
	})
	require.NoError(t, err)
	require.Len(t, checked.Failures, 1)
	require.Contains(t, checked.Failures[0].Reason, "got REMOVE")
}
