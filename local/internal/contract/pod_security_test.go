package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// deployments runs the program with a stack's config and returns its Deployments.
func deployments(t require.TestingT, name string, settings configtest.Settings, preview bool) []appsv1.Deployment {
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, name, settings, preview)
	require.NoError(t, err)
	var result []appsv1.Deployment
	for _, registered := range record.ByType("kubernetes:apps/v1:Deployment") {
		text, err := json.Marshal(registered.Inputs)
		require.NoError(t, err)
		var deployment appsv1.Deployment
		require.NoError(t, json.Unmarshal(text, &deployment))
		result = append(result, deployment)
	}
	return result
}

// podSecurityViolations returns the violations of the restricted Pod Security Standard in a Deployment's pods, from the
// evaluator of Kubernetes' admission controller.
func podSecurityViolations(t require.TestingT, d appsv1.Deployment) []string {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var violations []string
	for _, result := range evaluator.EvaluatePod(restricted, &d.Spec.Template.ObjectMeta, &d.Spec.Template.Spec) {
		if !result.Allowed {
			violations = append(violations, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return violations
}

// For every valid config: a violation would show only as a rollout without progress, minutes after the update began.
func TestDeployments_restrictedPodSecurity(t *testing.T) {
	pods := 0
	rapid.Check(t, func(t *rapid.T) {
		preview := rapid.Bool().Draw(t, "preview")
		for name, settings := range configtest.Stacks().Draw(t, "stacks") {
			for _, d := range deployments(t, name, settings, preview) {
				require.Empty(t, podSecurityViolations(t, d), d.Name)
				pods++
			}
		}
	})
	require.NotZero(t, pods, "there were no pods")
}

// A pod without one of its security settings is a violation.
func TestPodSecurityViolations(t *testing.T) {
	for violation, modify := range map[string]func(*appsv1.Deployment){
		"allowPrivilegeEscalation": func(d *appsv1.Deployment) {
			d.Spec.Template.Spec.InitContainers[0].SecurityContext.AllowPrivilegeEscalation = nil
		},
		"unrestricted capabilities": func(d *appsv1.Deployment) {
			d.Spec.Template.Spec.Containers[0].SecurityContext.Capabilities = nil
		},
		"runAsNonRoot":    func(d *appsv1.Deployment) { d.Spec.Template.Spec.SecurityContext.RunAsNonRoot = nil },
		"seccompProfile":  func(d *appsv1.Deployment) { d.Spec.Template.Spec.SecurityContext.SeccompProfile = nil },
		"host namespaces": func(d *appsv1.Deployment) { d.Spec.Template.Spec.HostNetwork = true },
	} {
		t.Run(violation, func(t *testing.T) {
			settings, err := configtest.RepositoryStack("gke")
			require.NoError(t, err)
			all := deployments(t, "gke", settings, false)
			require.Len(t, all, 3)
			require.Empty(t, podSecurityViolations(t, all[0]))
			modify(&all[0])
			require.Contains(t, strings.Join(podSecurityViolations(t, all[0]), "\n"), violation)
		})
	}
}
