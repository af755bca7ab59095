package kubernetes

import (
	"context"
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// revisionAnnotation has a ReplicaSet's revision number in its Deployment.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// diagnose returns the reasons why a workload is not ready, one per line: why pods cannot be created, and the problems
// of each pod that is not ready. For a Deployment these are the newest ReplicaSet's pods: older ones may be serving.
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

// replicaFailures returns the messages of a workload's ReplicaFailure conditions: a quota, or an admission error.
func replicaFailures(live *unstructured.Unstructured) []string {
	var lines []string
	conditions, _, _ := unstructured.NestedSlice(live.Object, "status", "conditions")
	for _, condition := range conditions {
		fields, _ := condition.(map[string]any)
		if fields["type"] == "ReplicaFailure" && fields["status"] == "True" {
			lines = append(lines, fmt.Sprintf("  cannot create pods: %v", fields["message"]))
		}
	}
	return lines
}

func newestReplicaSet(sets []appsv1.ReplicaSet, owner types.UID) *appsv1.ReplicaSet {
	var newest *appsv1.ReplicaSet
	highest := -1
	for i, set := range sets {
		if number, err := strconv.Atoi(set.Annotations[revisionAnnotation]); err == nil && isOwnedBy(set.OwnerReferences, owner) &&
			number > highest {
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

// lastWarningEvent returns the last warning event about a pod, which may be about a volume or a probe.
func (c *clusterClient) lastWarningEvent(ctx context.Context, pod corev1.Pod) []string {
	events, err := c.clientset.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "type=Warning,involvedObject.uid=" + string(pod.UID),
	})
	if err != nil || len(events.Items) == 0 {
		return []string{"not ready, without a warning event (phase " + string(pod.Status.Phase) + ")"}
	}
	last := events.Items[len(events.Items)-1]
	return []string{last.Reason + ": " + last.Message}
}
