// Package engine runs the program with the real Pulumi engine: through the Automation API, with a backend in
// a folder, and with the local cloud's providers as the engine's plugins.
package engine

import (
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

// Engine runs one stack.
type Engine struct {
	stack     auto.Stack
	out       io.Writer
	workspace workspace
}

// workspace is where one stack's engine keeps its things, and how it sees the world.
type workspace struct {
	workDir    string            // holds Pulumi.yaml and Pulumi.STACK.yaml as this engine reads them
	backendDir string            // the state's folder
	envVars    map[string]string // of the pulumi CLI and its plugins, over this process's own
}

// Options say what to run.
type Options struct {
	Layout  paths.Layout
	Program pulumi.RunFunc
	// ConfigOverrides lies over the stack file of the repository: `project:key` to value, which may be nested.
	ConfigOverrides map[string]any
	// PluginExecutable is the executable that serves as the plugins; this process's own when empty.
	PluginExecutable string
	// Out shows the progress, a line a change.
	Out io.Writer
}

// Open makes the engine of a stack of the running local cloud, and the stack itself when it is new. The
// caller holds the stack's lock: what an interrupted run left locked or pending is cleared away.
func Open(ctx context.Context, o Options) (*Engine, error) {
	dir := o.Layout.Dir()
	file, err := ensurePassphraseFile(o.Layout)
	if err != nil {
		return nil, err
	}
	passphrase, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("secrets' passphrase: %w", err)
	}
	w := workspace{
		workDir: filepath.Join(dir, "work"), backendDir: filepath.Join(dir, "pulumi"),
		envVars: map[string]string{
			paths.StackDirEnv: dir,
			// Not its file: a passphrase that the user has set for other stacks would win over that.
			"PULUMI_CONFIG_PASSPHRASE": strings.TrimSpace(string(passphrase)),
		},
	}
	return newEngine(ctx, o, w)
}

func newEngine(ctx context.Context, o Options, w workspace) (*Engine, error) {
	plugins, err := InstallPlugins(o.Layout, o.PluginExecutable)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{w.workDir, w.backendDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("engine's folder: %w", err)
		}
	}
	if err := writeProjectFile(o.Layout.Root, w.workDir, plugins); err != nil {
		return nil, err
	}
	if err := writeStackFile(o.Layout.Root, w.workDir, o.Layout.Stack, o.ConfigOverrides); err != nil {
		return nil, err
	}
	w.envVars["PULUMI_BACKEND_URL"] = "file://" + w.backendDir
	w.envVars["PULUMI_OPTION_CONFIG_FILE"] = "" // of a shell that has evaluated the Exports of any stack
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
	stack, err := auto.UpsertStackInlineSource(ctx, o.Layout.Stack, name, o.Program,
		auto.Pulumi(cli), auto.WorkDir(w.workDir), auto.PulumiHome(o.Layout.Bin("pulumi-home")), auto.EnvVars(w.envVars))
	if err != nil {
		return nil, fmt.Errorf("open stack %s: %w", o.Layout.Stack, cliError(err))
	}
	e := &Engine{stack: stack, out: o.Out, workspace: w}
	if e.out == nil {
		e.out = io.Discard
	}
	return e, e.recoverInterruptedRun(ctx)
}

// Outputs are the stack's outputs as plain values, secrets included.
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
