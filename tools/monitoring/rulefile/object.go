package rulefile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// apiVersions are the kinds of objects that hold rules.
//
// For Google's managed Prometheus it is ClusterRules and not Rules: a Rules object sees only the metrics of its own
// namespace, and those of kube-state-metrics may be in another one.
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/main/pkg/operator/apis/monitoring/v1/rules_types.go
// https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
var apiVersions = map[string]string{
	"PrometheusRule": "monitoring.coreos.com/v1",
	"ClusterRules":   "monitoring.googleapis.com/v1",
}

// Kinds returns the kinds of objects, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(apiVersions)) }

// managedInterval is the interval of the groups of ClusterRules that have none. It is also the API's default.
const managedInterval = "1m"

// Meta is the metadata of the object.
type Meta struct {
	Name string `yaml:"name"`
	// Namespace of a PrometheusRule, "" for that of kubectl. ClusterRules have none.
	Namespace string `yaml:"namespace,omitempty"`
	// Labels by which the operator's Prometheus selects the object (its ruleSelector).
	Labels map[string]string `yaml:"labels,omitempty"`
}

// Object returns an object of the kind with the groups, as YAML.
func Object(kind string, meta Meta, groups []Group) ([]byte, error) {
	version, ok := apiVersions[kind]
	if !ok {
		return nil, fmt.Errorf("invalid kind %q: must be one of %s", kind, strings.Join(Kinds(), ", "))
	}
	if kind == "ClusterRules" {
		if meta.Namespace != "" {
			return nil, fmt.Errorf("invalid namespace %q: ClusterRules have none", meta.Namespace)
		}
		groups = slices.Clone(groups)
		for i := range groups {
			if groups[i].Interval == "" {
				groups[i].Interval = managedInterval
			}
		}
	}
	return yaml.Marshal(struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string `yaml:"kind"`
		Metadata   Meta   `yaml:"metadata"`
		Spec       any    `yaml:"spec"`
	}{version, kind, meta, struct {
		Groups []Group `yaml:"groups"`
	}{groups}})
}
