package deploy

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// openWithPlatform deploys the platform if the stack has none, and returns an engine for the whole stack and the names
// of its buckets.
func openWithPlatform(
	ctx context.Context, o Options, stackConfig localconfig.Stack, values map[string]any, progressf func(string, ...any),
) (engine.Summary, *engine.Engine, map[string]string, error) {
	var total engine.Summary
	for again := false; ; again = true {
		summary, err := deployPlatform(ctx, o, stackConfig, values, progressf)
		total = total.Add(summary)
		if err != nil {
			return total, nil, nil, err
		}
		e, err := openEngine(ctx, o, stackConfig.Keys, values)
		if err != nil {
			return total, nil, nil, err
		}
		buckets, err := bucketNames(ctx, e)
		if again || !errors.Is(err, errNoOutputs) {
			return total, e, buckets, err
		}
		// The stack was destroyed with the user's own Pulumi CLI.
		if err := os.Remove(platformMarker(o.Layout)); err != nil {
			return total, nil, nil, err
		}
	}
}

// deployPlatform deploys a new stack without releases first, so that cluster and buckets exist before a pod needs an
// artifact. A marker file records the success, so that Up repeats an interrupted deployment and skips a finished one.
func deployPlatform(
	ctx context.Context, o Options, stackConfig localconfig.Stack, values map[string]any, progressf func(string, ...any),
) (engine.Summary, error) {
	marker := platformMarker(o.Layout)
	if _, err := os.Stat(marker); err == nil {
		return engine.Summary{}, nil
	}
	progressf("deploying the platform: network, cluster and buckets")
	platformValues := maps.Clone(values)
	platformValues["modelferry:releases"] = nil
	e, err := openEngine(ctx, o, stackConfig.Keys, platformValues)
	if err != nil {
		return engine.Summary{}, err
	}
	summary, err := e.Up(ctx)
	if err != nil {
		return summary, err
	}
	return summary, os.WriteFile(marker, nil, 0o644)
}

func platformMarker(layout paths.Layout) string { return filepath.Join(layout.Dir(), "platform-is-up") }
