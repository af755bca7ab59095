package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// RenderDirVar is the environment variable with a directory to which the Kubernetes provider writes the objects instead
// of applying them.
const RenderDirVar = "MODELFERRY_RENDER_DIR"

// Preview plans the creation of the stack offline, from the repository's files. It needs no cloud, cluster or account,
// and keeps no state.
func Preview(ctx context.Context, o Options) (Summary, error) {
	e, cleanup, err := openOffline(ctx, o, nil)
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Preview(ctx)
}

// Render deploys the stack offline and writes each of its Kubernetes objects to a YAML file in dir, which is created if
// it does not exist.
func Render(ctx context.Context, o Options, dir string) (Summary, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Summary{}, fmt.Errorf("render directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Summary{}, fmt.Errorf("render directory: %w", err)
	}
	e, cleanup, err := openOffline(ctx, o, map[string]string{RenderDirVar: dir})
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Up(ctx)
}

// openOffline returns an engine with an empty state in a temporary directory, which cleanup removes.
func openOffline(ctx context.Context, o Options, env map[string]string) (e *Engine, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "modelferry-")
	if err != nil {
		return nil, nil, fmt.Errorf("engine workspace: %w", err)
	}
	cleanup = func() { _ = os.RemoveAll(dir) } // best effort: it is a temporary directory
	w := workspace{
		workDir: filepath.Join(dir, "work"), backendDir: filepath.Join(dir, "pulumi"),
		// Pulumi's own plugin connects to the cluster, which does not exist, and does not know RenderDirVar.
		offline: true,
		envVars: map[string]string{
			paths.StackDirEnv:          "", // use no local cloud, even if one is running
			RenderDirVar:               "",
			"PULUMI_CONFIG_PASSPHRASE": "offline", // the state is discarded
			// Without it, the engine serializes the whole plan after each resource, even in a preview (Pulumi 3.274):
			// the time would be quadratic in the number of services. https://github.com/pulumi/pulumi/issues/14967
			"PULUMI_SKIP_CHECKPOINTS": "true",
		},
	}
	maps.Copy(w.envVars, env)
	if e, err = newEngine(ctx, o, w); err != nil {
		cleanup()
		return nil, nil, err
	}
	return e, cleanup, nil
}
