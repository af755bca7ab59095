package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// recoverInterruptedRun removes the backend's lock and the pending operations that an interrupted run left. Resources
// that it was creating are created again: the local cloud forgets them, so that it does not refuse their names. On a
// real cloud they have to be imported.
func (e *Engine) recoverInterruptedRun(ctx context.Context) error {
	locks, err := filepath.Glob(filepath.Join(e.workspace.backendDir, ".pulumi", "locks", "*", "*", e.stack.Name(), "*.json"))
	if err != nil || len(locks) == 0 {
		return err
	}
	fmt.Fprintln(e.out, "  an earlier run was interrupted: continuing where it stopped")
	if err := e.stack.Cancel(ctx); err != nil {
		return fmt.Errorf("unlock stack %s: %w", e.stack.Name(), cliError(err))
	}
	deployment, err := e.stack.Export(ctx)
	if err != nil {
		return fmt.Errorf("state of stack %s: %w", e.stack.Name(), cliError(err))
	}
	cleaned, pending, err := removePendingOperations(deployment.Deployment)
	if err != nil || !pending {
		return err
	}
	if err := forgetPending(filepath.Dir(e.workspace.backendDir), deployment.Deployment); err != nil {
		return err
	}
	deployment.Deployment = cleaned
	if err := e.stack.Import(ctx, deployment); err != nil {
		return fmt.Errorf("state of stack %s: %w", e.stack.Name(), cliError(err))
	}
	return nil
}

// forgetPending removes the records of resources in the local cloud in dir for which the deployment has a pending
// operation, and that it does not have.
func forgetPending(dir string, deployment []byte) error {
	type resource struct{ URN, ID string }
	var state struct {
		Resources []resource
		Pending   []struct{ Resource resource } `json:"pending_operations"`
	}
	if err := json.Unmarshal(deployment, &state); err != nil {
		return fmt.Errorf("stack state: %w", err)
	}
	return cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		for _, pending := range state.Pending {
			cloud.Resources = slices.DeleteFunc(cloud.Resources, func(record cloudstate.Resource) bool {
				return record.URN == pending.Resource.URN && !slices.Contains(state.Resources, resource{record.URN, record.ID})
			})
		}
		return nil
	})
}

// removePendingOperations returns a deployment without its pending operations, and reports whether there were any.
func removePendingOperations(deployment []byte) ([]byte, bool, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(deployment, &fields); err != nil {
		return nil, false, fmt.Errorf("stack state: %w", err)
	}
	var pending []json.RawMessage
	if raw, ok := fields["pending_operations"]; ok {
		if err := json.Unmarshal(raw, &pending); err != nil {
			return nil, false, fmt.Errorf("stack state: pending operations: %w", err)
		}
	}
	if len(pending) == 0 {
		return deployment, false, nil
	}
	delete(fields, "pending_operations")
	cleaned, err := json.Marshal(fields)
	return cleaned, true, err
}
