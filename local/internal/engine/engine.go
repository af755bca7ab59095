// Package engine runs the program with the real Pulumi engine: through the Automation API, with a file backend and with
// the local cloud's providers as plugins.
package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// Engine runs the operations of one stack.
type Engine struct {
	stack     auto.Stack
	out       io.Writer
	workspace workspace
}

// workspace holds the directories and the environment of a stack's engine.
type workspace struct {
	workDir    string            // has the Pulumi.yaml and Pulumi.STACK.yaml that the engine reads
	backendDir string            // has the state
	envVars    map[string]string // of the pulumi CLI and its plugins, in addition to this process's
	offline    bool              // use ferry's Kubernetes plugin
}

// Options select the stack and the program. Layout and one of Program and ProgramFile are required.
type Options struct {
	Layout  paths.Layout
	Program pulumi.RunFunc
	// ProgramFile is an executable that is run instead of Program.
	ProgramFile string
	// ConfigDir has the Pulumi.yaml and the stack files. Default: the repository's folder.
	ConfigDir string
	// ConfigOverrides are merged into the config of the stack file, see MergeConfig.
	ConfigOverrides map[string]any
	// OfficialPlugins are the paths of official plugins that take part in an offline Preview, by the provider's name.
	OfficialPlugins map[string]string
	// PluginExecutable is the ferry executable, which is also the plugins. Default: this process's executable.
	PluginExecutable string
	// Out receives the progress, one line for each change. Default: none.
	Out io.Writer
}

// Open returns the engine of a stack in the running local cloud, and creates the stack if it does not exist. The caller
// must hold the stack's lock: locks and pending operations of an interrupted run are removed.
func Open(ctx context.Context, o Options) (*Engine, error) {
	dir := o.Layout.Dir()
	file, err := ensurePassphraseFile(o.Layout)
	if err != nil {
		return nil, err
	}
	passphrase, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("secrets passphrase: %w", err)
	}
	w := workspace{
		workDir: filepath.Join(dir, "work"), backendDir: filepath.Join(dir, "pulumi"),
		envVars: map[string]string{
			paths.StackDirEnv: dir,
			// PULUMI_CONFIG_PASSPHRASE_FILE would not override a passphrase in the user's environment.
			"PULUMI_CONFIG_PASSPHRASE": strings.TrimSpace(string(passphrase)),
		},
	}
	return newEngine(ctx, o, w)
}

// unusableKubeconfig has no cluster. The Kubernetes provider connects to the one in the user's kubeconfig if the
// program sets none, even if it writes the objects to files.
const unusableKubeconfig = `{apiVersion: v1, kind: Config, current-context: none, contexts: [{name: none, context: {cluster: none}}]}
`

func newEngine(ctx context.Context, o Options, w workspace) (*Engine, error) {
	plugins, err := InstallPlugins(o.Layout, o.PluginExecutable)
	if err != nil {
		return nil, err
	}
	if !w.offline {
		if plugins.kubernetesPlugin, err = kubernetesPluginDir(o.Layout, plugins.kubernetesPlugin); err != nil {
			return nil, err
		}
	}
	for _, dir := range []string{w.workDir, w.backendDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("engine workspace: %w", err)
		}
	}
	configDir := cmp.Or(o.ConfigDir, o.Layout.Root)
	if err := writeProjectFile(configDir, w.workDir, o.ProgramFile, plugins); err != nil {
		return nil, err
	}
	if err := writeStackFile(configDir, w.workDir, o.Layout.Stack, o.ConfigOverrides); err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(w.workDir, "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(unusableKubeconfig), 0o600); err != nil {
		return nil, fmt.Errorf("engine workspace: %w", err)
	}
	w.envVars["KUBECONFIG"] = kubeconfig
	w.envVars["PULUMI_BACKEND_URL"] = "file://" + w.backendDir
	w.envVars["PULUMI_OPTION_CONFIG_FILE"] = "" // ShellExports sets it
	w.envVars["PULUMI_SKIP_UPDATE_CHECK"] = "true"
	w.envVars["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
	w.envVars["PATH"] = plugins.credentialPlugins + string(os.PathListSeparator) + os.Getenv("PATH")

	name, err := projectName(w.workDir)
	if err != nil {
		return nil, err
	}
	cli, err := newCommand(o.Layout.Bin("pulumi"))
	if err != nil {
		return nil, err
	}
	stack, err := o.upsertStack(ctx, name, w.workDir,
		auto.Pulumi(cli), auto.PulumiHome(o.Layout.Bin("pulumi-home")), auto.EnvVars(w.envVars))
	if err != nil {
		return nil, fmt.Errorf("open stack %s: %w", o.Layout.Stack, cliError(err))
	}
	e := &Engine{stack: stack, out: o.Out, workspace: w}
	if e.out == nil {
		e.out = io.Discard
	}
	return e, e.recoverInterruptedRun(ctx)
}

// upsertStack selects the stack of the project in workDir, or creates it.
func (o Options) upsertStack(ctx context.Context, project, workDir string, options ...auto.LocalWorkspaceOption) (auto.Stack, error) {
	if o.ProgramFile != "" {
		return auto.UpsertStackLocalSource(ctx, o.Layout.Stack, workDir, options...)
	}
	options = append(options, auto.WorkDir(workDir))
	return auto.UpsertStackInlineSource(ctx, o.Layout.Stack, project, o.Program, options...)
}

// Outputs returns the stack's outputs as plain values. Secrets are in clear text.
func (e *Engine) Outputs(ctx context.Context) (map[string]any, error) {
	outputs, err := e.stack.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("outputs of stack %s: %w", e.stack.Name(), cliError(err))
	}
	values := make(map[string]any, len(outputs))
	for name, output := range outputs {
		values[name] = output.Value
	}
	return values, nil
}
