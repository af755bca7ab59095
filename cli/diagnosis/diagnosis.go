// Package diagnosis says why the Deployments of a namespace are not ready: what Kubernetes reports about the rollout,
// and the problems of the new pods, with the exit code and the message of a container that failed.
package diagnosis

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	appsv1client "k8s.io/client-go/kubernetes/typed/apps/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// Client reads Deployments, ReplicaSets, pods and events. A kubernetes.Interface is one.
type Client interface {
	AppsV1() appsv1client.AppsV1Interface
	CoreV1() corev1client.CoreV1Interface
}

// ServiceLabel is the label of a service's objects with its name in the catalogue.
const ServiceLabel = "app.kubernetes.io/name"

// Finding is a Deployment that is not ready.
type Finding struct {
	// Deployment is its name.
	Deployment string
	// Service is the name of its service in the catalogue.
	Service string
	// Status is what Kubernetes reports about its rollout.
	Status string
	// Problems are those of the rollout and of its pods that are not ready.
	Problems []Problem
}

// Problem is a reason why a rollout is not finished.
type Problem struct {
	// Pod is the name of the pod, "" if there are none because of the problem.
	Pod string
	// Container is the name of the container that has the problem, "" if the pod has it.
	Container string
	// ExitCode is that of a container that failed, otherwise 0.
	ExitCode int32
	// Text describes the problem, with the container's termination message.
	Text string
}

func (p Problem) String() string {
	if p.Pod == "" {
		return p.Text
	}
	return "pod " + p.Pod + ": " + p.Text
}

// String returns a line for the Deployment and an indented one for each problem.
func (f Finding) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Deployment %s is not ready: %s", f.Deployment, f.Status)
	for _, problem := range f.Problems {
		fmt.Fprintf(&text, "\n  %s", problem)
	}
	return text.String()
}

// Find returns the Deployments of a namespace that are not ready, sorted by name.
func Find(ctx context.Context, client Client, namespace string) ([]Finding, error) {
	objects, err := List(ctx, client, namespace, "")
	if err != nil {
		return nil, err
	}
	return objects.Find(ctx, client)
}

// Find returns the Deployments that are not ready, in their order. The client reads the events of pods.
func (o Objects) Find(ctx context.Context, client Client) ([]Finding, error) {
	var findings []Finding
	for i := range o.Deployments {
		deployment := &o.Deployments[i]
		rollout, err := rolloutStatus(deployment)
		if err != nil {
			return nil, err
		}
		if rollout.Status == status.CurrentStatus {
			continue
		}
		findings = append(findings, Finding{
			Deployment: deployment.Name, Service: deployment.Labels[ServiceLabel], Status: rollout.Message,
			Problems: append(replicaFailures(deployment), o.podProblems(ctx, client, deployment)...),
		})
	}
	return findings, nil
}

// rolloutStatus returns the status of a rollout: Current if it is complete, Failed if Kubernetes has given it up.
func rolloutStatus(deployment *appsv1.Deployment) (*status.Result, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(deployment)
	if err != nil {
		return nil, fmt.Errorf("status of deployment %s: %w", deployment.Name, err)
	}
	object := &unstructured.Unstructured{Object: content}
	object.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment")) // items of a list have no kind
	result, err := status.Compute(object)
	if err != nil {
		return nil, fmt.Errorf("status of deployment %s: %w", deployment.Name, err)
	}
	return result, nil
}

// replicaFailures returns why pods cannot be created: a quota, or an admission error.
func replicaFailures(deployment *appsv1.Deployment) []Problem {
	var problems []Problem
	for _, condition := range deployment.Status.Conditions {
		if condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue {
			problems = append(problems, Problem{Text: "cannot create pods: " + condition.Message})
		}
	}
	return problems
}

// podProblems returns the problems of the newest ReplicaSet's pods. Older ones may be serving.
func (o Objects) podProblems(ctx context.Context, client Client, deployment *appsv1.Deployment) []Problem {
	newest := NewestReplicaSet(o.ReplicaSets, deployment.UID)
	if newest == nil {
		return nil
	}
	var problems []Problem
	for i := range o.Pods {
		pod := &o.Pods[i]
		if !IsOwnedBy(pod.OwnerReferences, newest.UID) || IsPodReady(pod) {
			continue
		}
		found := containerProblems(pod)
		if len(found) == 0 {
			found = lastWarningEvent(ctx, client, pod)
		}
		problems = append(problems, found...)
	}
	return problems
}

// revisionAnnotation has a ReplicaSet's revision number in its Deployment.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// NewestReplicaSet returns the ReplicaSet of a Deployment's current revision, or nil if it has none. owner is the
// Deployment's UID.
func NewestReplicaSet(sets []appsv1.ReplicaSet, owner types.UID) *appsv1.ReplicaSet {
	var newest *appsv1.ReplicaSet
	highest := -1
	for i, set := range sets {
		if number, err := strconv.Atoi(set.Annotations[revisionAnnotation]); err == nil && IsOwnedBy(set.OwnerReferences, owner) &&
			number > highest {
			newest, highest = &sets[i], number
		}
	}
	return newest
}

// IsOwnedBy reports whether an object with references has an owner. owner is its UID.
func IsOwnedBy(references []metav1.OwnerReference, owner types.UID) bool {
	for _, reference := range references {
		if reference.UID == owner {
			return true
		}
	}
	return false
}

// IsPodReady reports whether a pod's readiness probes have passed.
func IsPodReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// lastWarningEvent returns the last warning event about a pod, which may be about a volume or a probe.
func lastWarningEvent(ctx context.Context, client Client, pod *corev1.Pod) []Problem {
	events, err := client.CoreV1().Events(pod.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "type=Warning,involvedObject.uid=" + string(pod.UID),
	})
	if err != nil || len(events.Items) == 0 {
		return []Problem{{Pod: pod.Name, Text: "not ready, without a warning event (phase " + string(pod.Status.Phase) + ")"}}
	}
	last := events.Items[len(events.Items)-1]
	return []Problem{{Pod: pod.Name, Text: last.Reason + ": " + last.Message}}
}
