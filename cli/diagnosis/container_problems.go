package diagnosis

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// containerProblems returns the problems of a pod and its containers.
func containerProblems(pod *corev1.Pod) []Problem {
	var problems []Problem
	add := func(text string) { problems = append(problems, Problem{Pod: pod.Name, Text: text}) }
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			add("not scheduled: " + condition.Message)
		}
	}
	if pod.Status.Reason != "" { // such as Evicted
		add(strings.TrimSpace(pod.Status.Reason + ": " + pod.Status.Message))
	}
	addContainer := func(role string, container corev1.ContainerStatus) {
		if text, exitCode := containerProblem(role, container); text != "" {
			problems = append(problems, Problem{Pod: pod.Name, Container: container.Name, ExitCode: exitCode, Text: text})
		}
	}
	for _, container := range pod.Status.InitContainerStatuses {
		addContainer("init container", container)
	}
	for _, container := range pod.Status.ContainerStatuses {
		addContainer("container", container)
	}
	return problems
}

// containerProblem returns why a container terminated, waits or is not ready, and its exit code if it failed. The
// termination message is included: the fetcher writes its summary there.
func containerProblem(role string, container corev1.ContainerStatus) (text string, exitCode int32) {
	name := fmt.Sprintf("%s %q", role, container.Name)
	terminated := container.State.Terminated
	if terminated == nil || terminated.ExitCode == 0 {
		terminated = container.LastTerminationState.Terminated
	}
	waiting := container.State.Waiting
	switch {
	case terminated != nil && terminated.ExitCode != 0:
		text = fmt.Sprintf("%s: exit code %d (%s)", name, terminated.ExitCode, terminated.Reason)
		if container.RestartCount > 0 {
			text += fmt.Sprintf(", restarted %d times", container.RestartCount)
		}
		if message := strings.TrimSpace(terminated.Message); message != "" {
			text += ": " + message
		}
		return text, terminated.ExitCode
	case waiting != nil && waiting.Reason != "PodInitializing" && waiting.Reason != "ContainerCreating":
		return strings.TrimRight(fmt.Sprintf("%s: %s: %s", name, waiting.Reason, waiting.Message), ": "), 0
	case container.State.Running != nil && !container.Ready && role == "container":
		return name + ": running, but its readiness probe has not passed", 0
	default:
		return "", 0
	}
}
