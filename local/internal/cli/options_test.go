package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// overridesFor returns the config overrides of a command line.
func overridesFor(t *testing.T, args ...string) (map[string]any, error) {
	t.Helper()
	cmd := &cobra.Command{}
	layoutOf, override := layoutFlag(cmd), configFlags(cmd)
	require.NoError(t, cmd.ParseFlags(args))
	options, err := offlineOptions(layoutOf, override, t.TempDir(), nil)
	return options.ConfigOverrides, err
}

func overlayFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "more.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestOfflineOptions_overlaysAndValues(t *testing.T) {
	config, err := overridesFor(t, "--stack", "eks", "--overlay", overlayFile(t, "config:\n  modelferry:buckets: {coldAfterDays: 91}\n"),
		"--overlay", overlayFile(t, "config:\n  modelferry:buckets: {forceDestroy: true}\n  modelferry:namespace: a\n"),
		"-c", "namespace=b", "-c", "modelferry:cluster.create.nodes.max=6")
	require.NoError(t, err)
	require.Len(t, config, 4)
	require.Equal(t, "b", config["modelferry:namespace"], "values override files")
	require.EqualValues(t, map[string]any{"coldAfterDays": 91, "forceDestroy": true}, config["modelferry:buckets"])
	cluster, err := yaml.Marshal(config["modelferry:cluster"])
	require.NoError(t, err)
	require.Contains(t, string(cluster), "nodes:\n        max: 6\n        min: 1\n")
	require.Contains(t, string(cluster), "role/ml-platform", "other keys of the object are not changed")
}

// The local cloud's caller is in the account of the first administrator, as the program requires.
func TestOfflineOptions_account(t *testing.T) {
	admin := overlayFile(t, `config:
  aws:allowedAccountIds: ["333333333333", "210987654321"]
  modelferry:cluster: {create: {admins: ["arn:aws:iam::210987654321:role/ops"]}}
`)
	config, err := overridesFor(t, "--stack", "eks", "--overlay", admin)
	require.NoError(t, err)
	require.Equal(t, []any{"210987654321"}, config["aws:allowedAccountIds"])
	require.NotContains(t, config, "aws:forbiddenAccountIds")

	forbidden := overlayFile(t, "config:\n  aws:forbiddenAccountIds: [\"333333333333\"]\n")
	config, err = overridesFor(t, "--stack", "eks", "--overlay", forbidden)
	require.NoError(t, err)
	require.Equal(t, []any{"123456789012"}, config["aws:allowedAccountIds"])
	require.Contains(t, config, "aws:forbiddenAccountIds")
	require.Nil(t, config["aws:forbiddenAccountIds"])

	existing := overlayFile(t, "config:\n  modelferry:cluster: {create: null, existing: main}\n")
	config, err = overridesFor(t, "--stack", "eks", "--overlay", existing)
	require.NoError(t, err)
	require.NotContains(t, config, "aws:allowedAccountIds")
}

func TestOfflineOptions_noOverrides(t *testing.T) {
	config, err := overridesFor(t)
	require.NoError(t, err)
	require.Empty(t, config)
}

func TestOfflineOptions_invalidConfig(t *testing.T) {
	for name, c := range map[string]struct {
		args    []string
		wantErr string
	}{
		"no value":        {[]string{"--config", "namespace"}, `--config: invalid assignment "namespace": must be KEY=VALUE`},
		"no file":         {[]string{"--overlay", "none.yaml"}, "--overlay: "},
		"misspelt key":    {[]string{"-c", "releases.bankchurn.delivry=csi"}, `modelferry:releases.bankchurn.delivry: Forbidden: unknown key: did you mean "delivery"?`},
		"invalid overlay": {[]string{"--overlay", overlayFile(t, "config: {modelferry:cloud: gck}")}, "modelferry:cloud"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := overridesFor(t, c.args...)
			require.ErrorContains(t, err, c.wantErr)
		})
	}
}
