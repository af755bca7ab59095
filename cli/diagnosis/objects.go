package diagnosis

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Objects are the Deployments of a namespace, sorted by name, with their ReplicaSets and pods.
type Objects struct {
	Deployments []appsv1.Deployment
	ReplicaSets []appsv1.ReplicaSet
	Pods        []corev1.Pod
}

// List reads the objects of a namespace that a label selector selects. An empty one selects all.
func List(ctx context.Context, client Client, namespace, selector string) (Objects, error) {
	options := metav1.ListOptions{LabelSelector: selector}
	deployments, err := client.AppsV1().Deployments(namespace).List(ctx, options)
	if err != nil {
		return Objects{}, fmt.Errorf("deployments of %s: %w", namespace, err)
	}
	sets, err := client.AppsV1().ReplicaSets(namespace).List(ctx, options)
	if err != nil {
		return Objects{}, fmt.Errorf("replica sets of %s: %w", namespace, err)
	}
	pods, err := client.CoreV1().Pods(namespace).List(ctx, options)
	if err != nil {
		return Objects{}, fmt.Errorf("pods of %s: %w", namespace, err)
	}
	return Objects{deployments.Items, sets.Items, pods.Items}, nil
}

// newestSets returns the ReplicaSet of each Deployment's current revision by the Deployment's name.
func (o Objects) newestSets() map[string]types.UID {
	newest := map[string]types.UID{}
	for i := range o.Deployments {
		if set := NewestReplicaSet(o.ReplicaSets, o.Deployments[i].UID); set != nil {
			newest[o.Deployments[i].Name] = set.UID
		}
	}
	return newest
}
