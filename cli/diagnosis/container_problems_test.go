package diagnosis

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

func TestContainerProblems(t *testing.T) {
	terminated := func(code int32, message string) *corev1.ContainerStateTerminated {
		return &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", Message: message}
	}
	status := func(init, server corev1.ContainerStatus) corev1.Pod {
		init.Name, server.Name = "fetcher", "server"
		return corev1.Pod{Status: corev1.PodStatus{
			InitContainerStatuses: []corev1.ContainerStatus{init}, ContainerStatuses: []corev1.ContainerStatus{server},
		}}
	}
	initializing := corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "PodInitializing"}}}
	for _, test := range []struct {
		name string
		pod  corev1.Pod
		want []string
	}{
		{
			"init container terminated",
			status(corev1.ContainerStatus{State: corev1.ContainerState{Terminated: terminated(4, `{"error":"not found"}`)}}, initializing),
			[]string{`init container "fetcher": exit code 4 (Error): {"error":"not found"}`},
		},
		{
			"init container in backoff",
			status(corev1.ContainerStatus{
				RestartCount:         3,
				State:                corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
				LastTerminationState: corev1.ContainerState{Terminated: terminated(5, "wrong digest")},
			}, initializing),
			[]string{`init container "fetcher": exit code 5 (Error), restarted 3 times: wrong digest`},
		},
		{
			"init container restarted",
			status(corev1.ContainerStatus{
				RestartCount: 1, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
				LastTerminationState: corev1.ContainerState{Terminated: terminated(8, "gave up")},
			}, initializing),
			[]string{`init container "fetcher": exit code 8 (Error), restarted 1 times: gave up`},
		},
		{
			"image does not exist",
			status(corev1.ContainerStatus{State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "not found"},
			}}, initializing),
			[]string{`init container "fetcher": ImagePullBackOff: not found`},
		},
		{
			"container not ready",
			status(
				corev1.ContainerStatus{Ready: true, State: corev1.ContainerState{Terminated: terminated(0, "done")}},
				corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}),
			[]string{`container "server": running, but its readiness probe has not passed`},
		},
		{
			"not scheduled",
			corev1.Pod{Status: corev1.PodStatus{Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/1 nodes: insufficient cpu"},
			}}},
			[]string{"not scheduled: 0/1 nodes: insufficient cpu"},
		},
		{"initializing", status(initializing, initializing), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var texts []string
			for _, problem := range containerProblems(&test.pod) {
				texts = append(texts, problem.Text)
			}
			require.Equal(t, test.want, texts)
		})
	}
}
