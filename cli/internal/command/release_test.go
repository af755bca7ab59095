package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/release"
	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
)

const services = `name: modelferry
config: {services: {value: {bankchurn: {artifacts: {model: {dest: model.joblib}}}}}}
`

const gkeStack = `config:
  modelferry:cloud: gke
  gcp:project: demo-project
  gcp:region: europe-west1
  modelferry:cluster: {existing: demo}
  modelferry:fetcher: {image: "registry/fetcher:1"}
  modelferry:releases: {bankchurn: {image: "registry/bankchurn:1", artifacts: {model: {path: bankchurn/m, size: 1MB}}}}
`

// newProject creates a project with stacks, and works in a folder below it.
func newProject(t *testing.T, stacks map[string]string) (root string) {
	t.Helper()
	t.Setenv(stackfile.ConfigFileVariable, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	root = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte(services), 0o644))
	for stack, content := range stacks {
		require.NoError(t, os.WriteFile(stackfile.DefaultPath(root, stack), []byte(content), 0o644))
	}
	work := filepath.Join(root, "models")
	require.NoError(t, os.Mkdir(work, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(work, "model.joblib"), []byte("model 1"), 0o644))
	t.Chdir(work)
	return root
}

func TestRelease_usage(t *testing.T) {
	newProject(t, map[string]string{"gke": gkeStack, "eks": "config: {}"})
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no stack", []string{"release", "bankchurn", "model.joblib"}, "missing --stack: must be one or several of eks, gke"},
		{"unknown stack", []string{"rollback", "bankchurn", "-s", "gkee"}, `invalid stack "gkee": must be one of eks, gke: did you mean "gke"?`},
		{"no file", []string{"release", "bankchurn", "-s", "gke"}, "requires at least 2 arg(s)"},
		{"no --to", []string{"promote", "bankchurn", "--from", "gke"}, `required flag(s) "to" not set`},
		{"one stack twice", []string{"promote", "bankchurn", "--from", "gke", "--to", "gke"}, "--from and --to must be two stacks"},
		{"--keep alone", []string{"rollback", "bankchurn", "-s", "gke", "--keep"}, "--keep and --canary need --deploy"},
		{"canary of no stack", []string{"release", "bankchurn", "model.joblib", "-s", "gke", "--deploy", "--canary", "eks"},
			`invalid --canary "eks": must be one of the stacks, [gke]`},
		{"dry run with deployment", []string{"release", "bankchurn", "model.joblib", "-s", "gke", "--deploy", "--dry-run"},
			"--dry-run and --deploy exclude each other"},
		{"invalid stack file", []string{"history", "bankchurn", "-s", "eks"}, "modelferry:cloud: Required value"},
		{"invalid model", []string{"release", "bankchurn", "models:/bankchurn", "-s", "gke"}, "no version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := Root()
			root.SetArgs(c.args)
			err := root.ExecuteContext(t.Context())
			require.ErrorContains(t, err, c.want)
			require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
		})
	}
	t.Run("config file of one stack", func(t *testing.T) {
		t.Setenv(stackfile.ConfigFileVariable, stackfile.DefaultPath("..", "gke"))
		_, err := selectAllStacks("..", nil)
		require.ErrorContains(t, err, "PULUMI_OPTION_CONFIG_FILE names the config of one stack: name it with --stack")
		stacks, err := selectStacks("..", []string{"local"})
		require.NoError(t, err)
		require.Equal(t, []string{"local"}, stacks)
	})
}

func TestFindRoot_none(t *testing.T) {
	t.Chdir(t.TempDir())
	_, code := execute(t, "history", "bankchurn")
	require.Equal(t, exitcode.Invalid, code)
}

// The commands work on the only stack by default, below the project's folder, and print JSON only.
func TestRelease_json(t *testing.T) {
	store := uploadtest.New(t, config.GKE)
	root := newProject(t, map[string]string{"gke": gkeStack + "  modelferry:buckets: {models: " + store.Location.Bucket + "}\n" +
		`  modelferry:endpoints: {storage: "` + store.Endpoint + "\"}\n"})
	run := func(args ...string) []byte {
		t.Helper()
		var out, messages bytes.Buffer
		command := Root()
		command.SetArgs(append(args, "-o", "json"))
		command.SetOut(&out)
		command.SetErr(&messages)
		require.NoError(t, command.ExecuteContext(t.Context()), messages.String())
		return out.Bytes()
	}
	var dryRun, released release.Result
	require.NoError(t, json.Unmarshal(run("release", "bankchurn", "model.joblib", "--dry-run"), &dryRun))
	require.True(t, dryRun.DryRun)
	require.Contains(t, dryRun.Stacks[0].Diff, "+++ b/Pulumi.gke.yaml")
	require.NoError(t, json.Unmarshal(run("release", "bankchurn", "model.joblib", "-m", "first"), &released))
	require.Equal(t, 2, released.Stacks[0].Record, "the release that the file had is the first one")
	require.Equal(t, stackfile.DefaultPath(root, "gke"), released.Stacks[0].File)
	var entries []release.Entry
	require.NoError(t, json.Unmarshal(run("history", "bankchurn"), &entries))
	require.Len(t, entries, 2)
	require.Equal(t, "first", entries[0].Message)
	require.True(t, entries[0].Current)
	var verified []release.Verification
	require.NoError(t, json.Unmarshal(run("verify", "bankchurn"), &verified))
	require.True(t, verified[0].OK)
}
