// Package monitoring deploys Prometheus, Alertmanager and the exporters to a local cluster. It applies the manifests in
// the repository's folder monitoring, as a user of a real cluster does, and in addition what a real cluster has:
// a Prometheus that follows PodMonitorings, ServiceMonitors and annotations (package scrapetargets).
package monitoring

import (
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/choice"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Namespace is the namespace of all that is deployed.
const Namespace = "monitoring"

// Env is the environment variable that selects monitoring.
const Env = "MODELFERRY_MONITORING"

// Choice is the choice to monitor a stack. It can be made at any make up, and holds until make down.
var Choice = choice.Choice{Setting: "MONITORING", Noun: "monitoring", File: "monitoring", Values: []string{"1"}}

// Enabled reports whether a stack is monitored: because it is selected, or because it was at an earlier make up.
func Enabled(layout paths.Layout, selected string) (bool, error) {
	recorded, err := Choice.Recorded(layout)
	if err != nil {
		return false, err
	}
	return selected != "" || recorded != "", Choice.Check(selected)
}

// interval is that of all scrapes, shorter than on a real cluster: a graph of a rollout needs several scrapes.
const interval = "5s"

// ConfigValues returns the config by which the services of a cloud are scraped as there.
func ConfigValues(cloud config.Cloud) map[string]any {
	key := clouds.MustGet(string(cloud)).Monitoring.Key
	return map[string]any{"modelferry:monitoring": map[string]any{key: true, "interval": interval}}
}
