package diagnosis

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
		err := Rollout{Client: client, Namespace: "ml", Printf: printf}.Follow(t.Context(), func(context.Context) error {
			require.NoError(t, client.Tracker().Add(failingPod("new", 4)))
			time.Sleep(5 * pollInterval)
			require.Equal(t, []string{`  pod new: init container "fetcher": exit code 4 (Error): not found`}, printed)
			return engineError
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

// The reports of the services' new fetchers are printed, those of pods from before are not.
func TestRollout_fetchersReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const report = `{"outcome": "done", "bytes": 4100000, "seconds": 0.25, "artifacts": [
			{"source": "gs://models/churn/0123/model.joblib", "sha256": "0123456789abcdef", "verified": "sha256", "signature": "key"}]}`
		fetched := func(name, service string) *corev1.Pod {
			pod := failingPod(name, 0)
			pod.Labels = map[string]string{ServiceLabel: service}
			pod.Status.InitContainerStatuses[0].State.Terminated.Message = report
			return pod
		}
		client := failingRollout(fetched("old", "churn"))
		var printed []string
		printf := func(format string, args ...any) { printed = append(printed, fmt.Sprintf(format, args...)) }
		rollout := Rollout{Client: client, Namespace: "ml", Services: []string{"churn"}, Printf: printf}
		require.NoError(t, rollout.Follow(t.Context(), func(context.Context) error {
			require.NoError(t, client.Tracker().Add(fetched("new", "churn")))
			require.NoError(t, client.Tracker().Add(fetched("other", "taxi")))
			return nil
		}))
		require.Equal(t, []string{
			"  pod new: fetched 4.1 MB in 0.2 s: gs://models/churn/0123/model.joblib 0123456789ab (sha256, signed: key)",
		}, printed)
	})
}
