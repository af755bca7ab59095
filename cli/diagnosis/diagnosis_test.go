package diagnosis

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
)

const namespace = "ml"

func objectMeta(name string, owner types.UID, revision string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: namespace, UID: types.UID(name), Annotations: map[string]string{revisionAnnotation: revision},
		OwnerReferences: []metav1.OwnerReference{{UID: owner}},
	}
}

func deployment(name string, conditions ...appsv1.DeploymentCondition) *appsv1.Deployment {
	replicas := int32(1)
	return &appsv1.Deployment{
		ObjectMeta: objectMeta(name, "", ""), Spec: appsv1.DeploymentSpec{Replicas: &replicas},
		Status: appsv1.DeploymentStatus{
			Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1,
			Conditions: append(conditions, appsv1.DeploymentCondition{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue}),
		},
	}
}

// late is the condition of a Deployment whose old pods still serve.
func late() appsv1.DeploymentCondition {
	return appsv1.DeploymentCondition{
		Type: appsv1.DeploymentProgressing, Status: corev1.ConditionFalse, Reason: "ProgressDeadlineExceeded",
	}
}

func replicaSet(name string, owner types.UID, revision string) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{ObjectMeta: objectMeta(name, owner, revision)}
}

func failedPod(name string, owner types.UID, exitCode int32) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: objectMeta(name, owner, ""), Status: corev1.PodStatus{
		Phase: corev1.PodPending, InitContainerStatuses: []corev1.ContainerStatus{{
			Name: "fetcher", RestartCount: 2, LastTerminationState: corev1.ContainerState{
				Terminated: &corev1.ContainerStateTerminated{ExitCode: exitCode, Reason: "Error", Message: "the fetcher's message"},
			},
		}},
	}}
}

func TestFind_failedRollout(t *testing.T) {
	progressing := appsv1.DeploymentCondition{
		Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable",
	}
	quota := appsv1.DeploymentCondition{
		Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Message: "exceeded quota: services",
	}
	client := fake.NewClientset(
		deployment("ready", progressing), replicaSet("ready-1", "ready", "1"), failedPod("ready-1-a", "ready-1", 9),
		deployment("failed", late()), replicaSet("failed-9", "failed", "9"), replicaSet("failed-10", "failed", "10"),
		failedPod("failed-9-a", "failed-9", 4), failedPod("failed-10-a", "failed-10", 5),
		deployment("without-pods", late(), quota),
		&corev1.Event{
			ObjectMeta: metav1.ObjectMeta{
				Name:      "mount",
				Namespace: namespace,
			},
			Type:    "Warning",
			Reason:  "FailedMount",
			Message: "no volume",
		},
		deployment("pending", late()), replicaSet("pending-1", "pending", "1"),
		&corev1.Pod{ObjectMeta: objectMeta("pending-1-a", "pending-1", "")},
	)
	findings, err := Find(t.Context(), client, namespace)
	require.NoError(t, err)
	require.Len(t, findings, 3)
	text := `init container "fetcher": exit code 5 (Error), restarted 2 times: the fetcher's message`
	require.Equal(t, Finding{
		Deployment: "failed", Status: "Progress deadline exceeded",
		Problems: []Problem{{Pod: "failed-10-a", Container: "fetcher", ExitCode: 5, Text: text}},
	}, findings[0])
	require.Equal(t, "Deployment failed is not ready: Progress deadline exceeded\n  pod failed-10-a: "+text, findings[0].String())
	require.Equal(t, []Problem{{Pod: "pending-1-a", Text: "FailedMount: no volume"}}, findings[1].Problems)
	require.Equal(t, []Problem{{Text: "cannot create pods: exceeded quota: services"}}, findings[2].Problems)

	findings, err = Find(t.Context(), client, "other")
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestNewestReplicaSet(t *testing.T) {
	set := func(name string, owner types.UID, number string) appsv1.ReplicaSet {
		return appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
			Name: name, Annotations: map[string]string{revisionAnnotation: number}, OwnerReferences: []metav1.OwnerReference{{UID: owner}},
		}}
	}
	sets := []appsv1.ReplicaSet{set("old", "me", "9"), set("new", "me", "10"), set("other", "you", "11"), set("odd", "me", "")}
	require.Equal(t, "new", NewestReplicaSet(sets, "me").Name)
	require.Nil(t, NewestReplicaSet(sets, "nobody"))
}
