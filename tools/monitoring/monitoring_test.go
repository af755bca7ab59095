// Package monitoring tests the alert rules, their tests, their runbooks and the dashboards in the folder monitoring.
package monitoring

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/tools/monitoring/rulefile"
)

// Paths relative to this package.
const (
	repository = "../.."
	folder     = repository + "/monitoring"
)

func readRules(t *testing.T) []rulefile.Group {
	t.Helper()
	groups, err := rulefile.Read(folder + "/rules")
	require.NoError(t, err)
	return groups
}

// alerts returns the alerts of all rule files by name.
func alerts(t *testing.T) map[string]rulefile.Rule {
	t.Helper()
	found := map[string]rulefile.Rule{}
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			if rule.Alert != "" {
				require.NotContains(t, found, rule.Alert, "two alerts have this name")
				found[rule.Alert] = rule
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

// promtool runs promtool with files that match the pattern. Without promtool it skips the test, but not in CI, which
// sets CI and has to install it.
func promtool(t *testing.T, pattern string, args ...string) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		const missing = "promtool is not installed: apt-get install prometheus"
		require.Empty(t, os.Getenv("CI"), missing)
		t.Skip(missing)
	}
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	out, err := exec.Command(program, append(args, files...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestRules_valid(t *testing.T) {
	promtool(t, folder+"/rules/*.yaml", "check", "rules", "--lint-fatal")
}

func TestRules_promtoolTests(t *testing.T) {
	promtool(t, folder+"/tests/*.yaml", "test", "rules")
}

// testFile is the part of a promtool test file that says which alerts it is about.
// https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
type testFile struct {
	Tests []struct {
		Name  string `yaml:"name"`
		Cases []struct {
			Alert    string `yaml:"alertname"`
			Expected []any  `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
	} `yaml:"tests"`
}

// Each alert has a test in which it fires, and another one, beside it, in which it never does.
func TestAlerts_fireAndStaySilent(t *testing.T) {
	files, err := filepath.Glob(folder + "/tests/*.yaml")
	require.NoError(t, err)
	fires, silent := map[string]int{}, map[string]int{}
	for _, name := range files {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		var file testFile
		require.NoError(t, yaml.Unmarshal(content, &file), name)
		for _, test := range file.Tests {
			expected := map[string]int{}
			for _, c := range test.Cases {
				require.True(t, strings.HasPrefix(test.Name, c.Alert+": "), "%s: name of %q must begin with %s", name, test.Name, c.Alert)
				expected[c.Alert] += len(c.Expected)
			}
			for alert, n := range expected {
				require.Contains(t, alerts(t), alert, "%s: no rule has this name", name)
				if n > 0 {
					fires[alert]++
				} else {
					silent[alert]++
				}
			}
		}
	}
	for alert := range alerts(t) {
		require.NotZero(t, fires[alert], "no test in which %s fires", alert)
		require.NotZero(t, silent[alert], "no test in which %s stays silent", alert)
	}
}

// runbooks is the page of the runbooks. A section has the name of its alert.
const runbooks = "https://github.com/modelferry/modelferry/blob/main/docs/operations.md#"

var runbook = regexp.MustCompile(`(?ms)^### (Model\w+)\n(.*?)(?:^##|\z)`)

func TestAlerts_annotations(t *testing.T) {
	content, err := os.ReadFile(repository + "/docs/operations.md")
	require.NoError(t, err)
	sections := map[string]string{}
	for text := string(content); ; {
		// The end of a section is the beginning of the next one, so matches overlap.
		match := runbook.FindStringSubmatchIndex(text)
		if match == nil {
			break
		}
		sections[text[match[2]:match[3]]] = text[match[4]:match[5]]
		text = text[match[5]:]
	}
	for name, alert := range alerts(t) {
		t.Run(name, func(t *testing.T) {
			require.Regexp(t, `^Model[A-Za-z]+$`, name)
			require.Contains(t, []string{"critical", "warning", "info"}, alert.Labels["severity"])
			require.Equal(t, runbooks+strings.ToLower(name), alert.Annotations["runbook_url"])
			require.NotEmpty(t, alert.Annotations["summary"])
			require.NotEmpty(t, alert.Annotations["description"])
			require.Contains(t, sections, name, "no runbook in docs/operations.md")
			for _, part := range []string{"**Meaning.**", "**Impact.**", "**Look.**", "**Fix.**", "```sh\n"} {
				require.Contains(t, sections[name], part)
			}
		})
	}
	for name := range sections {
		require.Contains(t, alerts(t), name, "docs/operations.md has a runbook of an alert that does not exist")
	}
}
