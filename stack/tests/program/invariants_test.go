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
	name  string
	check func(run *ran) []string
}

var invariants = []invariant{
	{"no grant is wide", wideGrants},
	{"every bucket is guarded", unguardedBuckets},
	{"every resource descends from a component", orphans},
	{"every resource names its provider", strays},
	{"every resource says whose it is", unowned},
}

// ran is one run of the program.
type ran struct {
	*stacktest.Record
	stack  string
	config config.Config
}

// check returns what breaks the invariants, each with its name.
func (r *ran) check() []string {
	var broken []string
	for _, i := range invariants {
		for _, each := range i.check(r) {
			broken = append(broken, i.name+": "+each)
		}
	}
	return broken
}

func TestInvariantsHoldOfTheRepositorysStacks(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		s := stacktest.Settings(t, p.Stack, nil)
		c, err := config.Load(s, s.Keys())
		require.NoError(t, err)
		require.Empty(t, (&ran{r, p.Stack, c}).check())
	})
}

// Whatever a person sets, on both clouds, in an update and in the first
// preview, which agree; and both stacks have the same outputs and the same objects.
func TestInvariantsHoldOfAnyStack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// To run both each time would take twice as long.
		how := rapid.SampledFrom([]string{"preview", "update", "both"}).Draw(t, "run")
		runs := map[string]*ran{}
		for stack, s := range configtest.Stacks().Draw(t, "stacks") {
			runs[stack] = runOf(t, stack, s, how == "preview")
			require.Empty(t, runs[stack].check(), stack)
			if how == "both" {
				preview := runOf(t, stack, s, true)
				require.Empty(t, preview.check(), stack)
				require.Empty(t, stacktest.Disagreements(preview.Record, runs[stack].Record), "the preview is not what the update does")
			}
		}
		gke, eks := runs["gke"], runs["eks"]
		require.Equal(t, gke.OutputKeys, eks.OutputKeys, "both stacks export the same")
		require.Equal(t, names(gke.Record), names(eks.Record), "both stacks have the same objects")
	})
}

func runOf(t require.TestingT, stack string, s configtest.Settings, preview bool) *ran {
	c, err := config.Load(s, s.Keys())
	require.NoError(t, err)
	return &ran{stacktest.RunUncached(t, stack, s, preview), stack, c}
}

// onOneCloud are objects that one cloud's driver needs and the other's does not.
var onOneCloud = []string{
	"PersistentVolume", "PersistentVolumeClaim", // AWS' driver mounts no volumes of a pod's own
	"FrontendConfig", // AWS' controller is told of versions of TLS by an annotation
}

// names lists the Kubernetes objects of a run that both clouds have.
func names(r *stacktest.Record) []string {
	var all []string
	for name, each := range stacktest.KubernetesObjects(r) {
		if !slices.Contains(onOneCloud, stacktest.Kind(each)) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// A resource outside every component would be lost in a plan, and would not
// move, be protected or be deleted with what it belongs to.
func orphans(r *ran) []string {
	var found []string
	for _, each := range r.All {
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
func strays(r *ran) []string {
	var found []string
	for _, each := range r.All {
		pkg, _, _ := strings.Cut(each.Type, ":")
		if each.Custom && !isProvider(each) && !strings.Contains(each.Provider, "pulumi:providers:"+pkg+"::modelferry") {
			found = append(found, fmt.Sprintf("%s is of provider %q", each, each.Provider))
		}
	}
	return found
}

// ownLabels are where a cloud's resource has labels that its provider's
// default ones do not reach, by the type: what it makes by itself.
var ownLabels = map[string]string{
	"gcp:container/cluster:Cluster":   "resourceLabels",
	"gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
}

// A cloud's provider puts its default labels on whatever can have any, so that
// nothing that is added later goes without.
func unowned(r *ran) []string {
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
	for _, each := range r.All {
		switch {
		case !each.Custom:
		case each.Type == "pulumi:providers:gcp":
			wrong(each, each.At("defaultLabels"), labels)
		case each.Type == "pulumi:providers:aws":
			wrong(each, each.At("defaultTags.tags"), labels)
		case each.Type == "aws:ec2/launchTemplate:LaunchTemplate":
			specifications, _ := each.At("tagSpecifications").([]any)
			if len(specifications) == 0 {
				found = append(found, each.String()+" tags nothing")
			}
			for k := range specifications {
				wrong(each, each.At(fmt.Sprintf("tagSpecifications[%d].tags", k)), labels)
			}
		case ownLabels[each.Type] != "":
			wrong(each, each.At(ownLabels[each.Type]), labels)
		case strings.HasPrefix(each.Type, "kubernetes:"):
			wrong(each, each.At("metadata.labels"), prefixed)
			if each.At("spec.template") != nil {
				wrong(each, each.At("spec.template.metadata.labels"), prefixed)
			}
		}
	}
	return found
}

// isProvider tells a provider, which is of no component, from other resources.
func isProvider(r stacktest.Registration) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }
