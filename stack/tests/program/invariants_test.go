package program

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// invariant is what holds of whatever the program registers, whatever the
// config says. It returns what breaks it.
type invariant struct {
	name       string
	violations func(run *programRun) []string
}

var invariants = []invariant{
	{"no grant is wide", wildcardGrants},
	{"every bucket is guarded", insecureBuckets},
	{"every resource descends from a component", withoutParent},
	{"every resource names its provider", withoutProvider},
	{"every resource says whose it is", unlabelled},
}

// programRun is one run of the program.
type programRun struct {
	*stacktest.Record
	stack  string
	config config.Config
}

// violations returns what breaks the invariants, each with its name.
func (r *programRun) violations() []string {
	var broken []string
	for _, i := range invariants {
		for _, each := range i.violations(r) {
			broken = append(broken, i.name+": "+each)
		}
	}
	return broken
}

func TestInvariants_repositoryStacks(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		s := stacktest.Settings(t, p.Stack, nil)
		c, err := config.Load(s, s.Keys())
		require.NoError(t, err)
		require.Empty(t, (&programRun{r, p.Stack, c}).violations())
	})
}

// Whatever a person sets, on both clouds, in an update and in the first
// preview, which agree; and both stacks have the same outputs and the same objects.
func TestInvariants_generatedStacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// To run both each time would take twice as long.
		how := rapid.SampledFrom([]string{"preview", "update", "both"}).Draw(t, "run")
		runs := map[string]*programRun{}
		for stack, s := range configtest.Stacks().Draw(t, "stacks") {
			runs[stack] = runProgram(t, stack, s, how == "preview")
			require.Empty(t, runs[stack].violations(), stack)
			if how == "both" {
				preview := runProgram(t, stack, s, true)
				require.Empty(t, preview.violations(), stack)
				require.Empty(t, stacktest.DiffPreview(preview.Record, runs[stack].Record), "the preview is not what the update does")
			}
		}
		gke, eks := runs["gke"], runs["eks"]
		require.Equal(t, gke.OutputKeys, eks.OutputKeys, "both stacks export the same")
		require.Equal(t, objectNames(gke.Record), objectNames(eks.Record), "both stacks have the same objects")
	})
}

func runProgram(t require.TestingT, stack string, s configtest.Settings, preview bool) *programRun {
	c, err := config.Load(s, s.Keys())
	require.NoError(t, err)
	return &programRun{stacktest.RunUncached(t, stack, s, preview), stack, c}
}

// singleCloudKinds are objects that one cloud's driver needs and the other's does not.
var singleCloudKinds = []string{
	"PersistentVolume", "PersistentVolumeClaim", // AWS' driver mounts no volumes of a pod's own
	"FrontendConfig", // AWS' controller is told of versions of TLS by an annotation
}

// objectNames lists the Kubernetes objects of a run that both clouds have.
func objectNames(r *stacktest.Record) []string {
	var all []string
	for name, each := range stacktest.KubernetesObjects(r) {
		if !slices.Contains(singleCloudKinds, stacktest.Kind(each)) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// A resource outside every component would be lost in a plan, and would not
// move, be protected or be deleted with what it belongs to.
func withoutParent(r *programRun) []string {
	var found []string
	for _, each := range r.Registrations {
		atTop := strings.HasSuffix(each.Parent, "::modelferry-"+r.stack)
		if !each.Custom || isProvider(each) && atTop {
			continue
		}
		parent, ok := r.ByURN(each.Parent)
		if !ok || parent.Custom || !strings.HasPrefix(parent.Type, "modelferry:") {
			found = append(found, fmt.Sprintf("%s is below %q", each, each.Parent))
		}
	}
	return found
}

// With default providers disabled, a forgotten option is an error at the
// engine; here it is one already.
func withoutProvider(r *programRun) []string {
	var found []string
	for _, each := range r.Registrations {
		pkg, _, _ := strings.Cut(each.Type, ":")
		if each.Custom && !isProvider(each) && !strings.Contains(each.Provider, "pulumi:providers:"+pkg+"::modelferry") {
			found = append(found, fmt.Sprintf("%s is of provider %q", each, each.Provider))
		}
	}
	return found
}

// labelPaths are where a cloud's resource has labels that its provider's
// default ones do not reach, by the type: what it makes by itself.
var labelPaths = map[string]string{
	"gcp:container/cluster:Cluster":   "resourceLabels",
	"gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
}

// A cloud's provider puts its default labels on whatever can have any, so that
// nothing that is added later goes without.
func unlabelled(r *programRun) []string {
	var found []string
	wrong := func(each stacktest.Registration, at any, want map[string]string) {
		for key, value := range want {
			if has, _ := at.(map[string]any); has[key] != value {
				found = append(found, fmt.Sprintf("%s: %s is %v, not %q", each, key, has[key], value))
			}
		}
	}
	labels, prefixed := r.config.Labels("modelferry", r.stack), map[string]string{"app.kubernetes.io/part-of": "modelferry"}
	for key, value := range labels {
		prefixed["modelferry.dev/"+key] = value
	}
	for _, each := range r.Registrations {
		switch {
		case !each.Custom:
		case each.Type == "pulumi:providers:gcp":
			wrong(each, each.Input("defaultLabels"), labels)
		case each.Type == "pulumi:providers:aws":
			wrong(each, each.Input("defaultTags.tags"), labels)
		case each.Type == "aws:ec2/launchTemplate:LaunchTemplate":
			specifications, _ := each.Input("tagSpecifications").([]any)
			if len(specifications) == 0 {
				found = append(found, each.String()+" tags nothing")
			}
			for k := range specifications {
				wrong(each, each.Input(fmt.Sprintf("tagSpecifications[%d].tags", k)), labels)
			}
		case labelPaths[each.Type] != "":
			wrong(each, each.Input(labelPaths[each.Type]), labels)
		case strings.HasPrefix(each.Type, "kubernetes:"):
			wrong(each, each.Input("metadata.labels"), prefixed)
			if each.Input("spec.template") != nil {
				wrong(each, each.Input("spec.template.metadata.labels"), prefixed)
			}
		}
	}
	return found
}

// isProvider tells a provider, which is of no component, from other resources.
func isProvider(r stacktest.Registration) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }
