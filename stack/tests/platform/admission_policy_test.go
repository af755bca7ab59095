package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// local/e2e has an API server evaluate the expression.
func TestAdmissionPolicy_refusesPodsWithoutCredentials(t *testing.T) {
	for mode, variable := range map[string]string{
		"irsa": "AWS_WEB_IDENTITY_TOKEN_FILE", "podIdentity": "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		r := stacktest.Up(t, "eks", map[string]any{"identity": mode})
		policy := r.MustGet(t, "ValidatingAdmissionPolicy", "ml-portfolio-pod-identity")
		require.Contains(t, policy.Input("spec.validations[0].expression"), "e.name == '"+variable+"'")
		require.Equal(t, []any{"CREATE"}, policy.Input("spec.matchConstraints.resourceRules[0].operations"))
		require.Equal(t, []any{"pods"}, policy.Input("spec.matchConstraints.resourceRules[0].resources"))
		require.Equal(t, "Fail", policy.Input("spec.failurePolicy"))
		for name, pods := range map[string]struct {
			namespace string
			labels    object
		}{
			"ml-portfolio-pod-identity": {"ml-portfolio", object{"app.kubernetes.io/part-of": "modelferry", "tier": "ml-service"}},
			"ml-portfolio-pod-identity-cluster-autoscaler": {
				"kube-system", object{"app.kubernetes.io/part-of": "modelferry", "app": "cluster-autoscaler"},
			},
		} {
			binding := r.MustGet(t, "ValidatingAdmissionPolicyBinding", name)
			require.Equal(t, object{
				"policyName": "ml-portfolio-pod-identity", "validationActions": []any{"Deny"},
				"matchResources": object{
					"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": pods.namespace}},
					"objectSelector":    object{"matchLabels": pods.labels},
				},
			}, binding.Input("spec"))
			requireSelectsPods(t, r, binding, pods.namespace, pods.labels)
		}
	}
}

// requireSelectsPods requires that the labels are those of the pods of all Deployments in the namespace, and that the
// Deployments depend on the binding.
func requireSelectsPods(t *testing.T, r *stacktest.Record, binding stacktest.Registration, namespace string, labels object) {
	t.Helper()
	matched := 0
	for _, d := range r.ByType("Deployment") {
		if d.Input("metadata.namespace") != namespace {
			continue
		}
		matched++
		podLabels, _ := d.Input("spec.template.metadata.labels").(object)
		require.Subset(t, podLabels, labels, d)
		require.True(t, r.Dependencies(d)[binding.URN], "%s: has to depend on %s", d, binding)
	}
	require.NotZero(t, matched)
}

// Each stack in a cluster has policies of its own: they are named after its namespace.
func TestAdmissionPolicy_namedAfterNamespace(t *testing.T) {
	r := stacktest.Up(t, "eks", map[string]any{"namespace": "fraud", "cluster": object{"existing": "production"}})
	require.Equal(t, "fraud-pod-identity", r.MustGet(t, "ValidatingAdmissionPolicy", "fraud-pod-identity").Input("metadata.name"))
	bindings := r.ByType("ValidatingAdmissionPolicyBinding")
	require.Len(t, bindings, 1, "an existing cluster has an autoscaler of its own")
	require.Equal(t, "fraud-pod-identity", bindings[0].Input("metadata.name"))
	require.Equal(t, "fraud", bindings[0].Input("spec.matchResources.namespaceSelector.matchLabels/kubernetes.io/metadata.name"))
}

func TestAdmissionPolicy_absent(t *testing.T) {
	off := stacktest.Up(t, "eks", map[string]any{"admissionPolicy.enabled": false})
	require.Empty(t, off.ByType("ValidatingAdmissionPolicy"))
	require.Empty(t, off.ByType("ValidatingAdmissionPolicyBinding"))
	require.Empty(t, stacktest.Up(t, "gke", nil).ByType("ValidatingAdmissionPolicy"), "GKE injects no credentials")
}
