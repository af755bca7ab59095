package diagnosis

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// uvicornLog is the end of the log of an application whose startup fails.
const uvicornLog = `INFO:     Started server process [1]
ERROR:    Traceback (most recent call last):
  File "/app/server.py", line 41, in load
    raise ValueError(message)
ValueError: the model was trained with scikit-learn 1.5.0, this is 1.2.1

ERROR:    Application startup failed. Exiting.
`

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
			"server that cannot load its model",
			status(
				corev1.ContainerStatus{Ready: true, State: corev1.ContainerState{Terminated: terminated(0, "done")}},
				corev1.ContainerStatus{
					RestartCount:         2,
					State:                corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
					LastTerminationState: corev1.ContainerState{Terminated: terminated(3, uvicornLog)},
				}),
			[]string{`container "server": exit code 3 (Error), restarted 2 times: raise ValueError(message) | ` +
				`ValueError: the model was trained with scikit-learn 1.5.0, this is 1.2.1 | ERROR:    Application startup failed. Exiting.`},
		},
		{
			"server without a log",
			status(initializing, corev1.ContainerStatus{State: corev1.ContainerState{Terminated: terminated(137, "\n")}}),
			[]string{`container "server": exit code 137 (Error)`},
		},
		{
			"server with a log for a terminal",
			status(initializing, corev1.ContainerStatus{State: corev1.ContainerState{
				Terminated: terminated(1, "\x1b[31mno\tmodel\x1b[0m \xff\r\n"+strings.Repeat("é", 201)),
			}}),
			[]string{`container "server": exit code 1 (Error): [31mno model[0m | ` + strings.Repeat("é", 200) + "…"},
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
