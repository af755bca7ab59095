// Package outputs reads the outputs of a stack, through the pulumi CLI.
package outputs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/cli/internal/pulumicli"
)

// ErrNone means that the stack has no outputs: it has not been deployed, or was destroyed.
var ErrNone = errors.New("the stack has no outputs")

// Outputs are the outputs of a stack. Their names are the same on every cloud.
type Outputs struct {
	Namespace string `json:"namespace"`
	// Kubeconfig is a kubeconfig in JSON. It contains no credentials, only the command that gets them.
	Kubeconfig string `json:"kubeconfig"`
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]string `json:"buckets"`
}

// Read returns the outputs of a stack. root is the folder with Pulumi.yaml.
func Read(ctx context.Context, root, stack string) (Outputs, error) {
	content, err := pulumicli.Output(ctx, root, "stack", "output", "--json", "--show-secrets", "--stack", stack)
	if err != nil {
		return Outputs{}, fmt.Errorf("outputs of stack %s: %w", stack, err)
	}
	var o Outputs
	if err := json.Unmarshal(content, &o); err != nil {
		return Outputs{}, fmt.Errorf("outputs of stack %s: %w", stack, err)
	}
	if o.Kubeconfig == "" || len(o.Buckets) == 0 {
		return Outputs{}, fmt.Errorf("%w: run pulumi up -s %s first", ErrNone, stack)
	}
	return o, nil
}
