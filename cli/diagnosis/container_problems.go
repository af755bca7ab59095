package diagnosis

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

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
// termination message is included: the fetcher's summary, or the end of a server's log.
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
		if message := terminationMessage(role, terminated.Message); message != "" {
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

// What is shown of a server's log.
const (
	logLines     = 3
	logLineRunes = 200
)

// terminationMessage returns what to show of a container's termination message. That of a server is the end of its log,
// up to 80 lines: the last ones name the error, after a stack trace.
func terminationMessage(role, message string) string {
	if role != "container" {
		return strings.TrimSpace(message)
	}
	var lines []string
	for line := range strings.Lines(message) {
		if line = printableLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-logLines):], " | ")
}

// printableLine returns the beginning of a line without the bytes that could change a terminal.
func printableLine(line string) string {
	line = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, line))
	if runes := []rune(line); len(runes) > logLineRunes {
		return string(runes[:logLineRunes]) + "…"
	}
	return line
}
