package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// RenderDirVar names the environment variable that makes the Kubernetes provider write objects to a folder
// instead of applying them.
const RenderDirVar = "MODELFERRY_RENDER_DIR"

// Preview plans the stack as if from nothing, from the repository's files alone: no cloud, no cluster, no
// account. It leaves nothing behind.
func Preview(ctx context.Context, o Options) (Summary, error) {
	e, cleanup, err := openOffline(ctx, o, nil)
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Preview(ctx)
}

// Render deploys the stack to nowhere and writes its Kubernetes objects to dir, a YAML file each. The folder is
// made when it is missing.
func Render(ctx context.Context, o Options, dir string) (Summary, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Summary{}, fmt.Errorf("folder to render to: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Summary{}, fmt.Errorf("folder to render to: %w", err)
	}
	e, cleanup, err := openOffline(ctx, o, map[string]string{RenderDirVar: dir})
	if err != nil {
		return Summary{}, err
	}
	defer cleanup()
	return e.Up(ctx)
}

// openOffline opens an engine over an empty state in a folder of its own, which clean removes.
func openOffline(ctx context.Context, o Options, env map[string]string) (e *Engine, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "modelferry-")
	if err != nil {
		return nil, nil, fmt.Errorf("engine's folder: %w", err)
	}
	cleanup = func() { _ = os.RemoveAll(dir) } // a leftover in the temporary folder harms nothing
	w := workspace{
		workDir: filepath.Join(dir, "work"), backendDir: filepath.Join(dir, "pulumi"),
		envVars: map[string]string{
			paths.StackDirEnv:          "", // whatever local cloud runs, this is not about it
			RenderDirVar:               "",
			"PULUMI_CONFIG_PASSPHRASE": "offline", // locks nothing that lasts
		},
	}
	maps.Copy(w.envVars, env)
	if e, err = newEngine(ctx, o, w); err != nil {
		cleanup()
		return nil, nil, err
	}
	return e, cleanup, nil
}
