package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider/kubernetes"
)

// Baseline is a stack that was deployed offline. A change is planned against it by the engine itself, so that the
// providers decide what an update would change and replace.
type Baseline struct {
	// Warnings of the program.
	Warnings  []string
	workspace workspace
	cleanup   func()
}

// DeployOffline deploys a stack without a cloud: the providers compute what the clouds would return, in a state that
// only this Baseline has. The program must not set stack.Program.RenderDir: its Kubernetes provider is as in a cluster.
func DeployOffline(ctx context.Context, o Options) (*Baseline, error) {
	w, cleanup, err := newOfflineWorkspace()
	if err != nil {
		return nil, err
	}
	b := &Baseline{workspace: w, cleanup: cleanup}
	w.envVars[kubernetes.RenderDirEnv] = filepath.Join(filepath.Dir(w.workDir), "objects")
	e, err := newEngine(ctx, o, w)
	if err == nil {
		var summary Summary
		summary, err = e.Up(ctx)
		b.Warnings = summary.Warnings
	}
	if err != nil {
		cleanup()
		return nil, err
	}
	return b, nil
}

// Close removes the state.
func (b *Baseline) Close() { b.cleanup() }

// Preview plans the update of the stack to the program and the config in o. The state stays as it is. What the engine
// refuses because a resource is protected is still planned, with Step.Protected set.
func (b *Baseline) Preview(ctx context.Context, o Options) (Summary, error) {
	summary, err := b.preview(ctx, o)
	refused := refusedURNs(err)
	if len(refused) == 0 {
		return summary, err
	}
	// The engine stops at some refusals, so that the rest of the plan would be missing.
	file, err := stateFile(b.workspace.backendDir)
	if err != nil {
		return Summary{}, err
	}
	before, err := os.ReadFile(file)
	if err != nil {
		return Summary{}, err
	}
	unprotected, err := withoutProtection(before)
	if err != nil {
		return Summary{}, err
	}
	if err := os.WriteFile(file, unprotected, 0o600); err != nil {
		return Summary{}, err
	}
	summary, err = b.preview(ctx, o)
	for i := range summary.Steps {
		summary.Steps[i].Protected = slices.Contains(refused, summary.Steps[i].URN)
	}
	return summary, errors.Join(err, os.WriteFile(file, before, 0o600))
}

func (b *Baseline) preview(ctx context.Context, o Options) (Summary, error) {
	e, err := newEngine(ctx, o, b.workspace)
	if err != nil {
		return Summary{}, err
	}
	return e.Preview(ctx)
}

// protectedPattern matches the engine's refusals to replace or delete a protected resource.
// https://github.com/pulumi/pulumi/blob/v3.274.1/pkg/resource/deploy/step_generator.go
var protectedPattern = regexp.MustCompile(`(?s)resource "?(urn:pulumi:[^"\s]+)"?.*protect`)

// refusedURNs returns the resources that an operation refused to replace or delete because they are protected. It
// returns none if the operation failed for another reason, too.
func refusedURNs(err error) []string {
	var failed *RunError
	if !errors.As(err, &failed) {
		return nil
	}
	var urns []string
	for _, message := range failed.Errors {
		match := protectedPattern.FindStringSubmatch(message)
		if match == nil {
			return nil
		}
		urns = append(urns, strings.TrimSuffix(match[1], ","))
	}
	return urns
}
