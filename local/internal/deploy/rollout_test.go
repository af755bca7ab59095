package deploy

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// failingPod is the pod of a fetcher that ended with an exit code.
func failingPod(name string, exitCode int32) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "ml", OwnerReferences: []metav1.OwnerReference{{UID: "set"}}},
		Status: corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{{
			Name: "fetcher", State: corev1.ContainerState{
				Terminated: &corev1.ContainerStateTerminated{ExitCode: exitCode, Reason: "Error", Message: "not found"},
			},
		}}},
	}
}

func failingRollout(pods ...*corev1.Pod) *fake.Clientset {
	client := fake.NewClientset(
		&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "churn", Namespace: "ml", UID: "deployment"}},
		&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
			Name: "set", Namespace: "ml", UID: "set", OwnerReferences: []metav1.OwnerReference{{UID: "deployment"}},
			Annotations: map[string]string{"deployment.kubernetes.io/revision": "1"},
		}})
	for _, pod := range pods {
		_ = client.Tracker().Add(pod)
	}
	return client
}

// A failed update ends with the fetcher's message, which was printed while the update went on. A failure of an earlier
// update is not printed.
func TestRollout_failureIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := failingRollout(failingPod("old", 5))
		var printed []string
		printf := func(format string, args ...any) { printed = append(printed, fmt.Sprintf(format, args...)) }
		engineError := errors.New("timed out")
		_, err := rollout{client, "ml"}.run(t.Context(), printf, func(context.Context) (engine.Summary, error) {
			require.NoError(t, client.Tracker().Add(failingPod("new", 4)))
			time.Sleep(5 * pollInterval)
			require.Equal(t, []string{`  pod new: init container "fetcher": exit code 4 (Error): not found`}, printed)
			return engine.Summary{}, engineError
		})
		require.ErrorIs(t, err, engineError)
		require.Regexp(
			t,
			`^timed out\nDeployment churn is not ready: .*\n  pod new: init container "fetcher": exit code 4 \(Error\): not found`,
			err,
		)
		require.Len(t, printed, 1)
	})
}

func TestRollout_success(t *testing.T) {
	summary, err := rollout{failingRollout(), "ml"}.run(t.Context(), t.Logf, func(context.Context) (engine.Summary, error) {
		return engine.Summary{Created: 1}, nil
	})
	require.NoError(t, err)
	require.Equal(t, engine.Summary{Created: 1}, summary)
}
