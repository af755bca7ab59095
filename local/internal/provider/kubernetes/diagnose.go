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

// revision is the annotation by which a Deployment counts its ReplicaSets.
const revision = "deployment.kubernetes.io/revision"

// diagnose collects, line by line, why a workload is not ready: what keeps its pods from being made, and for
// each pod that is not ready what its containers ended with. For a Deployment only the newest ReplicaSet's
// pods count; the old ones may well be serving.
func (c *cluster) diagnose(ctx context.Context, live *unstructured.Unstructured) ([]string, error) {
	if live.GroupVersionKind().Group != "apps" && live.GetKind() != "Job" {
		return nil, nil
	}
	lines := failedConditions(live)
	owner := live.GetUID()
	if live.GetKind() == "Deployment" {
		sets, err := c.typed.AppsV1().ReplicaSets(live.GetNamespace()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return lines, err
		}
		newest := newestReplicaSet(sets.Items, owner)
		if newest == nil {
			return lines, nil
		}
		owner = newest.UID
	}
	pods, err := c.typed.CoreV1().Pods(live.GetNamespace()).List(ctx, metav1.ListOptions{})
	if err != nil {
		return lines, err
	}
	for _, pod := range pods.Items {
		if !ownedBy(pod.OwnerReferences, owner) || podReady(pod) {
			continue
		}
		faults := podFaults(pod)
		if len(faults) == 0 {
			faults = c.warnings(ctx, pod)
		}
		for _, fault := range faults {
			lines = append(lines, fmt.Sprintf("  pod %s: %s", pod.Name, fault))
		}
	}
	return lines, nil
}

// failedConditions are a workload's own complaints: a quota, an admission that refuses its pods.
func failedConditions(live *unstructured.Unstructured) []string {
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
		if number, err := strconv.Atoi(set.Annotations[revision]); err == nil && ownedBy(set.OwnerReferences, owner) && number > highest {
			newest, highest = &sets[i], number
		}
	}
	return newest
}

func ownedBy(references []metav1.OwnerReference, owner types.UID) bool {
	for _, reference := range references {
		if reference.UID == owner {
			return true
		}
	}
	return false
}

func podReady(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// podFaults says what is wrong with a pod's containers, or why it has none yet.
func podFaults(pod corev1.Pod) []string {
	var faults []string
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			faults = append(faults, "not scheduled: "+condition.Message)
		}
	}
	if pod.Status.Reason != "" { // Evicted, for instance
		faults = append(faults, strings.TrimSpace(pod.Status.Reason+": "+pod.Status.Message))
	}
	for _, container := range pod.Status.InitContainerStatuses {
		faults = append(faults, containerFault("init container", container)...)
	}
	for _, container := range pod.Status.ContainerStatuses {
		faults = append(faults, containerFault("container", container)...)
	}
	return faults
}

// containerFault tells how a container ended, in its own words where it left some: the fetcher writes its
// summary into the termination message.
func containerFault(role string, container corev1.ContainerStatus) []string {
	name := fmt.Sprintf("%s %q", role, container.Name)
	ended := container.State.Terminated
	if ended == nil || ended.ExitCode == 0 {
		ended = container.LastTerminationState.Terminated
	}
	waiting := container.State.Waiting
	switch {
	case ended != nil && ended.ExitCode != 0:
		fault := fmt.Sprintf("%s: exit code %d (%s)", name, ended.ExitCode, ended.Reason)
		if container.RestartCount > 0 {
			fault += fmt.Sprintf(", restarted %d times", container.RestartCount)
		}
		if message := strings.TrimSpace(ended.Message); message != "" {
			fault += ": " + message
		}
		return []string{fault}
	case waiting != nil && waiting.Reason != "PodInitializing" && waiting.Reason != "ContainerCreating":
		return []string{strings.TrimRight(fmt.Sprintf("%s: %s: %s", name, waiting.Reason, waiting.Message), ": ")}
	case container.State.Running != nil && !container.Ready && role == "container":
		return []string{name + ": running, but its readiness probe has not passed"}
	default:
		return nil
	}
}

// warnings are the latest warnings that were recorded about a pod, which tell of volumes and probes.
func (c *cluster) warnings(ctx context.Context, pod corev1.Pod) []string {
	events, err := c.typed.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "type=Warning,involvedObject.uid=" + string(pod.UID),
	})
	if err != nil || len(events.Items) == 0 {
		return []string{"not ready, and it does not say why (phase " + string(pod.Status.Phase) + ")"}
	}
	last := events.Items[len(events.Items)-1]
	return []string{last.Reason + ": " + last.Message}
}
