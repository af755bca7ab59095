//go:build e2e

package e2e

import (
	"context"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// TestPreview_noChangesAfterUp previews a stack that is up: there is nothing to do.
func TestPreview_noChangesAfterUp(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		c.start()
		c.requireNoChanges()
	})
}

// platformConfig changes the cluster, the buckets and the namespace, and no service.
const platformConfig = `config:
    modelferry:cluster: {create: {nodes: {max: 6}}}
    modelferry:buckets: {coldAfterDays: 91}
    modelferry:quota: {requests: {cpu: 8}, limits: {memory: 32Gi}, pods: 20}
    modelferry:containerDefaults: {requests: {cpu: 50m}, limits: {memory: 64Mi}}
`

// platformUpdates are the resources that platformConfig updates. It creates a LimitRange and a ResourceQuota besides.
var platformUpdates = map[string][]string{
	"gke": {"~ Bucket access-logs", "~ Bucket datasets", "~ Bucket models", "~ NodePool modelferry"},
	"eks": {
		"~ BucketLifecycleConfigurationV2 access-logs", "~ BucketLifecycleConfigurationV2 datasets",
		"~ BucketLifecycleConfigurationV2 models", "~ NodeGroup modelferry",
	},
}

// TestPreview_matchesUp brings up a changed configuration, which has to do what its preview says and nothing
// else. Above all it replaces nothing and touches no pod.
func TestPreview_matchesUp(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		services := c.services()
		updates := platformUpdates[c.Stack]
		var changed struct{ Config map[string]any }
		require.NoError(t, yaml.Unmarshal([]byte(platformConfig), &changed))

		preview := c.preview(changed.Config)
		require.Equal(t, len(updates), preview.Updated)
		require.Equal(t, 2, preview.Created)
		require.Len(t, preview.Steps, len(updates)+2, "%v", preview.Steps)
		c.setConfig(platformConfig)
		printed, _ := c.run("up")
		require.Equal(t, sorted(updates, "+ LimitRange ml-portfolio", "+ ResourceQuota ml-portfolio"), printedSteps(printed))
		require.Equal(t, services, c.services(), "no pod is touched")
		c.requireNoChanges()
		c.requireQuotaAndDefaults()

		printed, _ = c.restoreConfig()
		require.Equal(t, sorted(updates, "- LimitRange ml-portfolio", "- ResourceQuota ml-portfolio"), printedSteps(printed))
		require.Equal(t, services, c.services(), "no pod is touched")
	})
}

// requireNoChanges requires that a preview of what was brought up last has nothing to do.
func (c *cloud) requireNoChanges() {
	c.t.Helper()
	preview := c.preview(nil)
	require.False(c.t, preview.HasChanges(), "%s: %v", preview, preview.Steps)
	require.Greater(c.t, preview.Unchanged, 30, "the whole stack is previewed")
}

// requireQuotaAndDefaults requires that the quota and the containers' defaults of platformConfig are enforced.
func (c *cloud) requireQuotaAndDefaults() {
	c.t.Helper()
	template := c.podTemplate()
	tooLarge := template.DeepCopy()
	tooLarge.Containers[0].Resources.Requests[corev1.ResourceCPU] = resource.MustParse("8")
	tooLarge.Containers[0].Resources.Limits[corev1.ResourceCPU] = resource.MustParse("8")
	// The API server learns of the quota a moment after it was created.
	waitFor(c.t, func() error {
		_, err := c.dryRunPod(namespace, *tooLarge)
		if err == nil {
			return errors.New("the quota is not enforced")
		}
		require.True(c.t, apierrors.IsForbidden(err), "%v", err)
		require.ErrorContains(c.t, err, "exceeded quota: ml-portfolio")
		return nil
	})

	unset := template.DeepCopy()
	unset.Containers[0].Resources = corev1.ResourceRequirements{}
	pod, err := c.dryRunPod(namespace, *unset)
	require.NoError(c.t, err)
	require.Equal(c.t, "50m", pod.Spec.Containers[0].Resources.Requests.Cpu().String())
	require.Equal(c.t, "64Mi", pod.Spec.Containers[0].Resources.Limits.Memory().String())
}

// preview asks the engine what an up would do, with the configuration of the last one and further values over it.
func (c *cloud) preview(overrides map[string]any) engine.Summary {
	c.t.Helper()
	summary, err := c.engine(overrides).Preview(context.Background())
	require.NoError(c.t, err)
	return summary
}

// engine returns the engine with the configuration of the last up and further values over it.
func (c *cloud) engine(overrides map[string]any) *engine.Engine {
	c.t.Helper()
	values := mergeValues(c.lastConfig(), overrides)
	file, err := stackfile.Read(c.Root, c.Stack, values)
	require.NoError(c.t, err)
	program := stack.Program{ConfigKeys: file.Keys()}
	e, err := engine.Open(context.Background(), engine.Options{
		Layout: c.Layout, Program: program.Deploy, ConfigOverrides: values, PluginExecutable: c.Bin("ferry"), Out: os.Stdout,
	})
	require.NoError(c.t, err)
	return e
}

// lastConfig returns the configuration of the last up.
func (c *cloud) lastConfig() map[string]any {
	c.t.Helper()
	content, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	var last struct{ Config map[string]any }
	require.NoError(c.t, yaml.Unmarshal(content, &last))
	return last.Config
}

// mergeValues returns values with overrides over them, objects key by key.
func mergeValues(values, overrides map[string]any) map[string]any {
	merged := maps.Clone(values)
	for key, override := range overrides {
		inner, isObject := override.(map[string]any)
		value, wasObject := merged[key].(map[string]any)
		if isObject && wasObject {
			override = mergeValues(value, inner)
		}
		merged[key] = override
	}
	return merged
}

var stepPattern = regexp.MustCompile(`(?m)^  ([+~±-] \S+ \S+)`)

// printedSteps returns the changes that an up printed, sorted.
func printedSteps(printed string) []string {
	var steps []string
	for _, match := range stepPattern.FindAllStringSubmatch(printed, -1) {
		steps = append(steps, match[1])
	}
	slices.Sort(steps)
	return steps
}

func sorted(steps []string, more ...string) []string {
	return slices.Sorted(slices.Values(append(more, steps...)))
}
