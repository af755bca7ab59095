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

// invariant is a rule about everything that the program registers with any valid config.
type invariant struct {
	name       string
	violations func(run *programRun) []string
}

var invariants = []invariant{
	{"no grant has a wildcard", wildcardGrants},
	{"every bucket is secure", insecureBuckets},
	{"every resource is in a component", resourcesWithoutParent},
	{"every resource names its provider", resourcesWithoutProvider},
	{"every resource is labelled", unlabelledResources},
	{"resources of a type are alike", unevenResources},
	{"every resource has the inputs of its type", incompleteResources},
	{"every resource depends on what it needs", missingDependencies},
	{"every subnet has a route", unroutedSubnets},
	{"every role has the configured path and permissions boundary", rolesWithoutSettings},
}

// programRun is one run of the program with its config.
type programRun struct {
	*stacktest.Record
	stack  string
	config config.Config
}

// violations returns the violations of all invariants, prefixed with the invariant's name.
func (r *programRun) violations() []string {
	var violations []string
	for _, i := range invariants {
		for _, violation := range i.violations(r) {
			violations = append(violations, i.name+": "+violation)
		}
	}
	return violations
}

func TestInvariants_repositoryStacks(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		s := stacktest.Settings(t, p.Stack, nil)
		c, err := config.Load(s, s.Keys())
		require.NoError(t, err)
		require.Empty(t, (&programRun{r, p.Stack, c}).violations())
	})
}

// Generated configs of both clouds keep the invariants in a preview and in an update. The preview does not differ from
// the update, and both clouds have the same outputs and objects.
func TestInvariants_generatedStacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Running both every time would take twice as long.
		mode := rapid.SampledFrom([]string{"preview", "update", "both"}).Draw(t, "run")
		runs := map[string]*programRun{}
		for stack, s := range configtest.Stacks().Draw(t, "stacks") {
			runs[stack] = runProgram(t, stack, s, mode == "preview")
			require.Empty(t, runs[stack].violations(), stack)
			if mode == "both" {
				preview := runProgram(t, stack, s, true)
				require.Empty(t, preview.violations(), stack)
				require.Empty(t, stacktest.DiffPreview(preview.Record, runs[stack].Record), "the preview differs from the update")
			}
		}
		gke, eks := runs["gke"], runs["eks"]
		require.Equal(t, gke.OutputKeys, eks.OutputKeys, "outputs")
		require.Equal(t, objectNames(gke.Record), objectNames(eks.Record), "Kubernetes objects")
	})
}

func runProgram(t require.TestingT, stack string, s configtest.Settings, preview bool) *programRun {
	c, err := config.Load(s, s.Keys())
	require.NoError(t, err)
	return &programRun{stacktest.RunUncached(t, stack, s, preview), stack, c}
}

// singleCloudKinds are kinds of objects that exist on one cloud only.
var singleCloudKinds = []string{
	"PersistentVolume", "PersistentVolumeClaim", // AWS's CSI driver does not support ephemeral volumes
	"BackendConfig",  // AWS's controller reads the health check from an annotation
	"FrontendConfig", // AWS's controller reads the TLS versions from an annotation
	"PodMonitoring",  // managed Prometheus of Google Cloud
}

// objectNames returns the Kubernetes objects of a run that both clouds have.
func objectNames(r *stacktest.Record) []string {
	var names []string
	for name, object := range stacktest.KubernetesObjects(r) {
		if !slices.Contains(singleCloudKinds, object.Kind()) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// resourcesWithoutParent returns resources without a parent component. A preview would not show them below the
// component that they belong to, and they would not get its options, such as protect.
func resourcesWithoutParent(r *programRun) []string {
	var violations []string
	for _, registration := range r.Registrations {
		isTopLevel := strings.HasSuffix(registration.Parent, "::modelferry-"+r.stack)
		if !registration.Custom || isProvider(registration) && isTopLevel {
			continue
		}
		parent, ok := r.ByURN(registration.Parent)
		if !ok || parent.Custom || !strings.HasPrefix(parent.Type, "modelferry:") {
			violations = append(violations, fmt.Sprintf("%s has the parent %q", registration, registration.Parent))
		}
	}
	return violations
}

// resourcesWithoutProvider returns resources without an explicit provider. The engine would reject them, because
// default providers are disabled.
func resourcesWithoutProvider(r *programRun) []string {
	var violations []string
	for _, registration := range r.Registrations {
		pkg, _, _ := strings.Cut(registration.Type, ":")
		provider := "pulumi:providers:" + pkg + "::modelferry"
		if registration.Custom && !isProvider(registration) && !strings.Contains(registration.Provider, provider) {
			violations = append(violations, fmt.Sprintf("%s has the provider %q", registration, registration.Provider))
		}
	}
	return violations
}

// labelPaths are the inputs, by type, that label what a resource creates itself. The provider's default labels do not
// apply to it.
var labelPaths = map[string]string{
	"gcp:container/cluster:Cluster":   "resourceLabels",
	"gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
}

// unlabelledResources returns resources without the stack's labels. The default labels of a cloud's provider apply to
// every resource of that provider, so only the provider and the exceptions are checked.
func unlabelledResources(r *programRun) []string {
	var violations []string
	check := func(registration stacktest.Registration, input any, want map[string]string) {
		for key, value := range want {
			if labels, _ := input.(map[string]any); labels[key] != value {
				violations = append(violations, fmt.Sprintf("%s: label %s is %v, want %q", registration, key, labels[key], value))
			}
		}
	}
	labels, prefixed := r.config.Labels("modelferry", r.stack), map[string]string{"app.kubernetes.io/part-of": "modelferry"}
	for key, value := range labels {
		prefixed["modelferry.dev/"+key] = value
	}
	for _, registration := range r.Registrations {
		switch {
		case !registration.Custom:
		case registration.Type == "pulumi:providers:gcp":
			check(registration, registration.Input("defaultLabels"), labels)
		case registration.Type == "pulumi:providers:aws":
			check(registration, registration.Input("defaultTags.tags"), labels)
		case registration.Type == "aws:ec2/launchTemplate:LaunchTemplate":
			specifications, _ := registration.Input("tagSpecifications").([]any)
			if len(specifications) == 0 {
				violations = append(violations, registration.String()+" has no tagSpecifications")
			}
			for i := range specifications {
				check(registration, registration.Input(fmt.Sprintf("tagSpecifications[%d].tags", i)), labels)
			}
		case labelPaths[registration.Type] != "":
			check(registration, registration.Input(labelPaths[registration.Type]), labels)
		case strings.HasPrefix(registration.Type, "kubernetes:"):
			check(registration, registration.Input("metadata.labels"), prefixed)
			if registration.Input("spec.template") != nil {
				check(registration, registration.Input("spec.template.metadata.labels"), prefixed)
			}
		}
	}
	return violations
}

// isProvider reports whether a registration is a provider, which has no parent component.
func isProvider(r stacktest.Registration) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }
