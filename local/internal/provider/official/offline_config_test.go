package official

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

// Every setting is one of the provider's, in the pinned version.
func TestOfflineConfig_keys(t *testing.T) {
	for _, pkg := range []*provider.Package{aws.Package(), gcp.Package()} {
		t.Run(pkg.Name, func(t *testing.T) {
			schema := provider.SchemaOf(pkg.Config)
			config := offlineConfigs[pkg.Name]
			require.NotEmpty(t, config.set)
			for key := range config.set {
				require.True(t, schema.HasProperty(key), key)
			}
			for _, key := range config.remove {
				require.True(t, schema.HasProperty(key), key)
			}
		})
	}
}

func TestOfflineConfig_apply(t *testing.T) {
	config, err := structpb.NewStruct(
		map[string]any{"region": "eu-west-1", "accessKey": "AKIA", "profile": "p", "allowedAccountIds": `["1"]`},
	)
	require.NoError(t, err)
	offline := offlineConfigs["aws"].apply(config).AsMap()
	require.Equal(t, "eu-west-1", offline["region"])
	require.Equal(t, placeholder, offline["accessKey"])
	require.Equal(t, "true", offline["skipCredentialsValidation"])
	require.NotContains(t, offline, "profile")
	require.NotContains(t, offline, "allowedAccountIds")
	require.Equal(t, "AKIA", config.AsMap()["accessKey"], "the original stays")
	require.Equal(t, placeholder, offlineConfigs["gcp"].apply(nil).AsMap()["accessToken"])
}

func TestOfflineEnv_withoutCredentials(t *testing.T) {
	env := strings.Join(offlineEnv([]string{"AWS_PROFILE=p", "GOOGLE_CREDENTIALS=c", "HOME=/root", "AWS_CONFIG_FILE=/c"}), "\n")
	require.NotContains(t, env, "AWS_PROFILE")
	require.NotContains(t, env, "GOOGLE_CREDENTIALS")
	require.NotContains(t, env, "AWS_CONFIG_FILE=/c")
	require.Contains(t, env, "HOME=/root")
	require.Contains(t, env, "PULUMI_GCP_SKIP_REGION_VALIDATION=true")
}
