//go:build e2e

package e2e

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const namespace = "ml-portfolio"

// admission asks the real admission, in dry runs, which pods it lets in.
func admission(t *testing.T, c cloud) {
	d, err := c.client().AppsV1().Deployments(namespace).Get(context.Background(), "bankchurn-predictor", metav1.GetOptions{})
	require.NoError(t, err)
	for name, test := range map[string]struct {
		change    func(*corev1.PodSpec)
		in        string
		violation string
	}{
		"as the program makes it": {func(*corev1.PodSpec) {}, namespace, ""},
		"privileged": {func(s *corev1.PodSpec) {
			s.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: yes()}
		}, namespace, "privileged"},
		"on the node's network": {func(s *corev1.PodSpec) { s.HostNetwork = true }, namespace, "host namespaces"},
		"as root":               {func(s *corev1.PodSpec) { s.SecurityContext.RunAsNonRoot = nil }, namespace, "runAsNonRoot"},
		// The label of the namespace makes the difference.
		"privileged, elsewhere": {func(s *corev1.PodSpec) {
			s.ServiceAccountName = "default"
			s.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: yes()}
		}, "default", ""},
	} {
		t.Run(name, func(t *testing.T) {
			spec := d.Spec.Template.Spec.DeepCopy()
			test.change(spec)
			_, err := c.on(t).tryPod(test.in, *spec)
			if test.violation == "" {
				require.NoError(t, err)
				return
			}
			require.True(t, apierrors.IsForbidden(err), "%v", err)
			require.ErrorContains(t, err, `violates PodSecurity "restricted:latest"`)
			require.ErrorContains(t, err, test.violation)
		})
	}
	t.Run("NetworkPolicies and PodDisruptionBudgets", func(t *testing.T) {
		policies, err := c.client().NetworkingV1().NetworkPolicies(namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		var names []string
		for _, policy := range policies.Items {
			names = append(names, policy.Name)
		}
		require.Equal(t, []string{"bankchurn-predictor", "chicagotaxi-pipeline", "default-deny", "nlpinsight-analyzer"}, slices.Sorted(slices.Values(names)))
		budgets, err := c.client().PolicyV1().PodDisruptionBudgets(namespace).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, budgets.Items, 3)
		for _, budget := range budgets.Items {
			require.Equal(t, int32(1), budget.Status.ExpectedPods, "%s finds its pods", budget.Name)
			require.Equal(t, int32(1), budget.Status.DisruptionsAllowed, budget.Name)
		}
	})
}

// requireBounds checks that the quota and the containers' defaults are in force.
func requireBounds(t *testing.T, c cloud) {
	t.Helper()
	d, err := c.client().AppsV1().Deployments(namespace).Get(context.Background(), "bankchurn-predictor", metav1.GetOptions{})
	require.NoError(t, err)
	greedy, plain := d.Spec.Template.Spec.DeepCopy(), d.Spec.Template.Spec.DeepCopy()
	greedy.Containers[0].Resources.Requests[corev1.ResourceCPU] = resource.MustParse("8")
	greedy.Containers[0].Resources.Limits[corev1.ResourceCPU] = resource.MustParse("8")
	_, err = c.tryPod(namespace, *greedy)
	require.True(t, apierrors.IsForbidden(err), "%v", err)
	require.ErrorContains(t, err, "exceeded quota: ml-portfolio")

	plain.Containers[0].Resources = corev1.ResourceRequirements{}
	pod, err := c.tryPod(namespace, *plain)
	require.NoError(t, err)
	require.Equal(t, "50m", pod.Spec.Containers[0].Resources.Requests.Cpu().String())
	require.Equal(t, "64Mi", pod.Spec.Containers[0].Resources.Limits.Memory().String())
}

// tryPod asks the API server for a pod without making it.
func (c cloud) tryPod(namespace string, spec corev1.PodSpec) (*corev1.Pod, error) {
	c.t.Helper()
	return c.client().CoreV1().Pods(namespace).Create(context.Background(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "tried"}, Spec: spec,
	}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
}

func yes() *bool {
	yes := true
	return &yes
}
