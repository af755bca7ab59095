package localconfig

import (
	"encoding/json"
	"fmt"

	"github.com/modelferry/modelferry/local/internal/stackfile"
)

// singleReplicas returns the services of the config, each with one replica: a second one on the same node would survive
// nothing more, and the pods of all services would request more CPU than a small machine has. The maximum is one as
// well: the autoscalers see each service's CPU utilization, and would add replicas under load.
//
// It returns the services whole, because a key of the stack file replaces that of Pulumi.yaml.
func singleReplicas(file stackfile.File) (map[string]any, error) {
	text, _ := file.GetConfig("modelferry:services")
	var services map[string]map[string]any
	if err := json.Unmarshal([]byte(text), &services); err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	values := map[string]any{}
	for name, service := range services {
		mergeValues(service, map[string]any{"autoscaling": map[string]any{"min": 1, "max": 1, "singleReplica": true}})
		values[name] = service
	}
	return values, nil
}
