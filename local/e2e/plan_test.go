//go:build e2e

package e2e

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// larger is a local config that touches cluster, buckets and namespace, and
// no service.
const larger = `config:
    modelferry:cluster: {create: {nodes: {max: 6}}}
    modelferry:buckets: {coldAfterDays: 91}
    modelferry:quota: {requests: {cpu: 8}, limits: {memory: 32Gi}, pods: 20}
    modelferry:containerDefaults: {requests: {cpu: 50m}, limits: {memory: 64Mi}}
`

// changed is exactly what that changes, by cloud; afterwards it goes back.
var changed = map[string][]string{
	"gke": {"~ Bucket access-logs", "~ Bucket datasets", "~ Bucket models", "~ NodePool modelferry"},
	"eks": {
		"~ BucketLifecycleConfigurationV2 access-logs", "~ BucketLifecycleConfigurationV2 datasets", "~ BucketLifecycleConfigurationV2 models",
		"~ NodeGroup modelferry",
	},
}

// plans previews the stack right after it came up: nothing is to be done.
func plans(t *testing.T, c cloud) { requireNothingToDo(t, c) }

func requireNothingToDo(t *testing.T, c cloud) {
	t.Helper()
	plan := c.plan(nil)
	require.False(t, plan.HasChanges(), "%s: %v", plan, plan.Steps)
	require.Greater(t, plan.Unchanged, 30, "the whole stack was looked at")
}

// changes brings up a changed config, which has to do what its preview says
// and nothing else; above all it replaces nothing.
func changes(t *testing.T, c cloud) {
	pods := c.services()
	var more struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal([]byte(larger), &more))
	want := slices.Sorted(slices.Values(append([]string{"+ LimitRange ml-portfolio", "+ ResourceQuota ml-portfolio"}, changed[c.Stack]...)))

	plan := c.plan(more.Config)
	require.Equal(t, len(changed[c.Stack]), plan.Updated)
	require.Equal(t, 2, plan.Created)
	require.Len(t, plan.Steps, len(want), "%v", plan.Steps)
	file := filepath.Join(c.Dir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, []byte(larger), 0o644))
	printed, _ := c.run("up")
	require.Equal(t, want, steps(printed))
	require.Equal(t, pods, c.services(), "no pod is touched")
	requireNothingToDo(t, c)
	requireBounds(t, c)

	require.NoError(t, os.Remove(file))
	printed, _ = c.run("up")
	want = slices.Sorted(slices.Values(append([]string{"- LimitRange ml-portfolio", "- ResourceQuota ml-portfolio"}, changed[c.Stack]...)))
	require.Equal(t, want, steps(printed))
	require.Equal(t, pods, c.services())
}

// plan asks the engine what an up would do, with the config of the last one
// and more values over it.
func (c cloud) plan(more map[string]any) engine.Summary {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.Dir(), "work", "Pulumi."+c.Stack+".yaml"))
	require.NoError(c.t, err)
	var last struct{ Config map[string]any }
	require.NoError(c.t, yaml.Unmarshal(content, &last))
	values := maps.Clone(last.Config)
	for key, value := range more {
		values[key] = over(values[key], value)
	}
	file, err := stackfile.Read(c.Root, c.Stack, values)
	require.NoError(c.t, err)
	program := stack.Program{ConfigKeys: file.Keys()}
	e, err := engine.Open(context.Background(), engine.Options{
		Layout: c.Layout, Program: program.Deploy, ConfigOverrides: values, PluginExecutable: c.Bin("ferry"), Out: os.Stdout,
	})
	require.NoError(c.t, err)
	summary, err := e.Preview(context.Background())
	require.NoError(c.t, err)
	return summary
}

// over lays a value over another one, objects key by key.
func over(before, value any) any {
	inner, isObject := value.(map[string]any)
	old, wasObject := before.(map[string]any)
	if !isObject || !wasObject {
		return value
	}
	whole := maps.Clone(old)
	for key, each := range inner {
		whole[key] = over(old[key], each)
	}
	return whole
}

var step = regexp.MustCompile(`(?m)^  ([+~±-] \S+ \S+)`)

// steps are the changes that an up prints, sorted.
func steps(printed string) []string {
	var all []string
	for _, match := range step.FindAllStringSubmatch(printed, -1) {
		all = append(all, match[1])
	}
	slices.Sort(all)
	return all
}
