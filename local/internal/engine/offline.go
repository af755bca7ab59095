package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider/official"
)

// Preview plans the creation of the stack offline, from the repository's files. It needs no cloud, cluster or account,
// and keeps no state.
func Preview(ctx context.Context, o Options) (Summary, error) {
	e, cleanup, err := openOffline(ctx, o)
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Preview(ctx)
}

// Render deploys the stack offline. The program has to write its Kubernetes objects to a directory: stack.Program has
// an argument for it.
func Render(ctx context.Context, o Options) (Summary, error) {
	e, cleanup, err := openOffline(ctx, o)
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Up(ctx)
}

// openOffline returns an engine with an empty state in a temporary directory, which cleanup removes.
func openOffline(ctx context.Context, o Options) (e *Engine, cleanup func(), err error) {
	w, cleanup, err := newOfflineWorkspace()
	if err != nil {
		return nil, nil, err
	}
	var plugins []string
	for name, path := range o.OfficialPlugins {
		plugins = append(plugins, name+"="+path)
	}
	w.envVars[official.PathsEnv] = strings.Join(plugins, string(os.PathListSeparator))
	if e, err = newEngine(ctx, o, w); err != nil {
		cleanup()
		return nil, nil, err
	}
	return e, cleanup, nil
}

// newOfflineWorkspace returns a workspace in a temporary directory, which cleanup removes.
func newOfflineWorkspace() (w workspace, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "modelferry-")
	if err != nil {
		return workspace{}, nil, fmt.Errorf("engine workspace: %w", err)
	}
	cleanup = func() { _ = os.RemoveAll(dir) } // best effort: it is a temporary directory
	return workspace{
		workDir: filepath.Join(dir, "work"), backendDir: filepath.Join(dir, "pulumi"),
		// Previews in CI need not build Pulumi's own plugin.
		offline: true,
		envVars: map[string]string{
			paths.StackDirEnv:          "",        // use no local cloud, even if one is running
			"PULUMI_CONFIG_PASSPHRASE": "offline", // the state is discarded
			// Without it, the engine serializes the whole plan after each resource, even in a preview (Pulumi 3.274):
			// the time would be quadratic in the number of services. https://github.com/pulumi/pulumi/issues/14967
			"PULUMI_SKIP_CHECKPOINTS": "true",
		},
	}, cleanup, nil
}
