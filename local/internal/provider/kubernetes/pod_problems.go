package kubernetes

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// podProblems returns the problems of a pod and its containers.
func podProblems(pod corev1.Pod) []string {
	var problems []string
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			problems = append(problems, "not scheduled: "+condition.Message)
		}
	}
	if pod.Status.Reason != "" { // such as Evicted
		problems = append(problems, strings.TrimSpace(pod.Status.Reason+": "+pod.Status.Message))
	}
	for _, container := range pod.Status.InitContainerStatuses {
		problems = append(problems, containerProblems("init container", container)...)
	}
	for _, container := range pod.Status.ContainerStatuses {
		problems = append(problems, containerProblems("container", container)...)
	}
	return problems
}

// containerProblems returns why a container terminated, waits or is not ready. The termination message is included:
// the fetcher writes its summary there.
func containerProblems(role string, container corev1.ContainerStatus) []string {
	name := fmt.Sprintf("%s %q", role, container.Name)
	terminated := container.State.Terminated
	if terminated == nil || terminated.ExitCode == 0 {
		terminated = container.LastTerminationState.Terminated
	}
	waiting := container.State.Waiting
	switch {
	case terminated != nil && terminated.ExitCode != 0:
		problem := fmt.Sprintf("%s: exit code %d (%s)", name, terminated.ExitCode, terminated.Reason)
		if container.RestartCount > 0 {
			problem += fmt.Sprintf(", restarted %d times", container.RestartCount)
		}
		if message := strings.TrimSpace(terminated.Message); message != "" {
			problem += ": " + message
		}
		return []string{problem}
	case waiting != nil && waiting.Reason != "PodInitializing" && waiting.Reason != "ContainerCreating":
		return []string{strings.TrimRight(fmt.Sprintf("%s: %s: %s", name, waiting.Reason, waiting.Message), ": ")}
	case container.State.Running != nil && !container.Ready && role == "container":
		return []string{name + ": running, but its readiness probe has not passed"}
	default:
		return nil
	}
}
