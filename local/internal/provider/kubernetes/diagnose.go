package kubernetes

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// revisionAnnotation is the annotation by which a Deployment counts its ReplicaSets.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// diagnose collects, line by line, why a workload is not ready: what keeps its pods from being made, and for
// each pod that is not ready what its containers ended with. For a Deployment only the newest ReplicaSet's
// pods count; the old ones may well be serving.
func (c *clusterClient) diagnose(ctx context.Context, live *unstructured.Unstructured) ([]string, error) {
	if live.GroupVersionKind().Group != "apps" && live.GetKind() != "Job" {
		return nil, nil
	}
	lines := replicaFailures(live)
	owner := live.GetUID()
	if live.GetKind() == "Deployment" {
		sets, err := c.clientset.AppsV1().ReplicaSets(live.GetNamespace()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return lines, err
		}
		newest := newestReplicaSet(sets.Items, owner)
		if newest == nil {
			return lines, nil
		}
		owner = newest.UID
	}
	pods, err := c.clientset.CoreV1().Pods(live.GetNamespace()).List(ctx, metav1.ListOptions{})
	if err != nil {
		return lines, err
	}
	for _, pod := range pods.Items {
		if !isOwnedBy(pod.OwnerReferences, owner) || isPodReady(pod) {
			continue
		}
		problems := podProblems(pod)
		if len(problems) == 0 {
			problems = c.lastWarningEvent(ctx, pod)
		}
		for _, problem := range problems {
			lines = append(lines, fmt.Sprintf("  pod %s: %s", pod.Name, problem))
		}
	}
	return lines, nil
}

// replicaFailures are a workload's own complaints: a quota, an admission that refuses its pods.
func replicaFailures(live *unstructured.Unstructured) []string {
	var lines []string
	conditions, _, _ := unstructured.NestedSlice(live.Object, "status", "conditions")
	for _, condition := range conditions {
		fields, _ := condition.(map[string]any)
		if fields["type"] == "ReplicaFailure" && fields["status"] == "True" {
			lines = append(lines, fmt.Sprintf("  no pod: %v", fields["message"]))
		}
	}
	return lines
}

func newestReplicaSet(sets []appsv1.ReplicaSet, owner types.UID) *appsv1.ReplicaSet {
	var newest *appsv1.ReplicaSet
	highest := -1
	for i, set := range sets {
		if number, err := strconv.Atoi(set.Annotations[revisionAnnotation]); err == nil && isOwnedBy(set.OwnerReferences, owner) && number > highest {
			newest, highest = &sets[i], number
		}
	}
	return newest
}

func isOwnedBy(references []metav1.OwnerReference, owner types.UID) bool {
	for _, reference := range references {
		if reference.UID == owner {
			return true
		}
	}
	return false
}

func isPodReady(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// podProblems says what is wrong with a pod's containers, or why it has none yet.
func podProblems(pod corev1.Pod) []string {
	var problems []string
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			problems = append(problems, "not scheduled: "+condition.Message)
		}
	}
	if pod.Status.Reason != "" { // Evicted, for instance
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

// containerProblems tells how a container ended, in its own words where it left some: the fetcher writes its
// summary into the termination message.
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

// lastWarningEvent are the latest warnings that were recorded about a pod, which tell of volumes and probes.
func (c *clusterClient) lastWarningEvent(ctx context.Context, pod corev1.Pod) []string {
	events, err := c.clientset.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "type=Warning,involvedObject.uid=" + string(pod.UID),
	})
	if err != nil || len(events.Items) == 0 {
		return []string{"not ready, and it does not say why (phase " + string(pod.Status.Phase) + ")"}
	}
	last := events.Items[len(events.Items)-1]
	return []string{last.Reason + ": " + last.Message}
}
