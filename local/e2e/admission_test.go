//go:build e2e

package e2e

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// TestPodSecurity_restricted asks the API server, in dry runs, which pods it admits.
func TestPodSecurity_restricted(t *testing.T) {
	privileged := &corev1.SecurityContext{Privileged: ptr.To(true)}
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		template := c.podTemplate()
		for _, test := range []struct {
			name      string
			change    func(*corev1.PodSpec)
			namespace string
			violation string
		}{
			{"as the program makes it", func(*corev1.PodSpec) {}, namespace, ""},
			{"privileged", func(s *corev1.PodSpec) { s.Containers[0].SecurityContext = privileged }, namespace, "privileged"},
			{"on the node's network", func(s *corev1.PodSpec) { s.HostNetwork = true }, namespace, "host namespaces"},
			{"as root", func(s *corev1.PodSpec) { s.SecurityContext.RunAsNonRoot = nil }, namespace, "runAsNonRoot"},
			// The namespace's label makes the difference.
			{"privileged, in another namespace", func(s *corev1.PodSpec) {
				s.ServiceAccountName = "default"
				s.Containers[0].SecurityContext = privileged
			}, "default", ""},
		} {
			t.Run(test.name, func(t *testing.T) {
				spec := template.DeepCopy()
				test.change(spec)
				_, err := c.withT(t).dryRunPod(test.namespace, *spec)
				if test.violation == "" {
					require.NoError(t, err)
					return
				}
				require.True(t, apierrors.IsForbidden(err), "%v", err)
				require.ErrorContains(t, err, `violates PodSecurity "restricted:latest"`)
				require.ErrorContains(t, err, test.violation)
			})
		}
	})
}

// TestNetworkPolicy_perService checks that each service has a NetworkPolicy, and the namespace one that denies.
func TestNetworkPolicy_perService(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		policies, err := c.client().NetworkingV1().NetworkPolicies(namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		var names []string
		for _, policy := range policies.Items {
			names = append(names, policy.Name)
		}
		require.Equal(t, []string{bankchurnDeployment, "chicagotaxi-pipeline", "default-deny", "nlpinsight-analyzer"},
			slices.Sorted(slices.Values(names)))
	})
}
