package rulefile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

const ruleFile = `groups:
  - name: one
    rules:
      - record: a:b
        expr: sum(b)
      - alert: High
        expr: a:b > 1
        for: 5m
        labels: {severity: info}
        annotations: {summary: "{{ $value }} is high"}
  - name: two
    interval: 30s
    rules: [{record: c, expr: d}]
`

func readFolder(t *testing.T, content string) ([]Group, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(content), 0o600))
	return Read(dir)
}

func TestObject_kinds(t *testing.T) {
	groups, err := readFolder(t, ruleFile)
	require.NoError(t, err)
	for _, c := range []struct {
		kind, apiVersion string
		meta             Meta
		firstInterval    string
	}{
		{"PrometheusRule", "monitoring.coreos.com/v1", Meta{"modelferry", "monitoring", map[string]string{"release": "prometheus"}}, ""},
		{"ClusterRules", "monitoring.googleapis.com/v1", Meta{Name: "modelferry"}, "1m"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			text, err := Object(c.kind, c.meta, groups)
			require.NoError(t, err)
			var object struct {
				APIVersion string `yaml:"apiVersion"`
				Kind       string `yaml:"kind"`
				Metadata   Meta   `yaml:"metadata"`
				Spec       struct {
					Groups []Group `yaml:"groups"`
				} `yaml:"spec"`
			}
			require.NoError(t, yaml.Unmarshal(text, &object))
			require.Equal(t, c.apiVersion, object.APIVersion)
			require.Equal(t, c.kind, object.Kind)
			require.Equal(t, c.meta, object.Metadata)
			require.Equal(t, c.firstInterval, object.Spec.Groups[0].Interval)
			require.Equal(t, groups[0].Rules, object.Spec.Groups[0].Rules)
			require.Equal(t, groups[1], object.Spec.Groups[1], "a group keeps its own interval")
			require.Empty(t, groups[0].Interval, "the groups are not changed")
		})
	}
}

func TestObject_refuses(t *testing.T) {
	_, err := Object("ConfigMap", Meta{Name: "modelferry"}, nil)
	require.ErrorContains(t, err, `invalid kind "ConfigMap": must be one of ClusterRules, PrometheusRule`)
	_, err = Object("ClusterRules", Meta{Name: "modelferry", Namespace: "monitoring"}, nil)
	require.ErrorContains(t, err, `invalid namespace "monitoring"`)
}

func TestRead_refuses(t *testing.T) {
	_, err := Read(t.TempDir())
	require.ErrorContains(t, err, "no rule files")
	_, err = readFolder(t, "groups: [{name: one, limit: 5, rules: []}]")
	require.ErrorContains(t, err, "field limit not found")
}
