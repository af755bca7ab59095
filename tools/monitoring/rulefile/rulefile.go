// Package rulefile reads Prometheus' rule files and wraps them as objects of Kubernetes.
package rulefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// Group is a group of rules.
// https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group
type Group struct {
	Name string `yaml:"name"`
	// Interval of the evaluation, "" for Prometheus' own.
	Interval string `yaml:"interval,omitempty"`
	Rules    []Rule `yaml:"rules"`
}

// Rule is a recording rule, with Record, or an alert, with Alert.
type Rule struct {
	Record string `yaml:"record,omitempty"`
	Alert  string `yaml:"alert,omitempty"`
	Expr   string `yaml:"expr"`
	// For is how long an alert's expression holds before it fires, as a duration of Prometheus.
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// Read returns the groups of all rule files of a folder, in the order of the files' names. Only what an object of every
// kind can have is accepted: an unknown key is an error.
func Read(dir string) ([]Group, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no rule files in %s: must have files that end in .yaml", dir)
	}
	var groups []Group
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var file struct {
			Groups []Group `yaml:"groups"`
		}
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		groups = append(groups, file.Groups...)
	}
	return groups, nil
}
