package deploy

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/engine"
)

// errNoOutputs means that the stack has no outputs: it was destroyed.
var errNoOutputs = errors.New("the stack has no outputs")

// bucketNames returns the buckets' names in the cloud from the stack's outputs, by their names in the catalogue.
func bucketNames(ctx context.Context, e *engine.Engine) (map[string]string, error) {
	outputs, err := e.Outputs(ctx)
	if err != nil {
		return nil, err
	}
	if len(outputs) == 0 {
		return nil, errNoOutputs
	}
	buckets, _ := outputs["buckets"].(map[string]any)
	names := map[string]string{}
	for _, bucket := range config.BucketNames() {
		name, ok := buckets[bucket].(string)
		if !ok || name == "" {
			return nil, fmt.Errorf("the stack's output \"buckets\" has no %q: %v", bucket, outputs["buckets"])
		}
		names[bucket] = name
	}
	return names, nil
}
