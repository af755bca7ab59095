//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	namespace = "ml-portfolio"
	// bankchurn's Deployment, which the program's other objects of the service are named after.
	bankchurnDeployment = "bankchurn-predictor"
	bankchurnService    = "bankchurn-service"
)

// client returns a client of the stack's cluster, as its administrator.
func (c *cloud) client() *kubernetes.Clientset {
	c.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	require.NoError(c.t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(c.t, err)
	return client
}

// podTemplate returns the pod of bankchurn's Deployment, as the program makes it.
func (c *cloud) podTemplate() corev1.PodSpec {
	c.t.Helper()
	deployment, err := c.client().AppsV1().Deployments(namespace).Get(context.Background(), bankchurnDeployment, metav1.GetOptions{})
	require.NoError(c.t, err)
	return deployment.Spec.Template.Spec
}

// dryRunPod has the API server judge a pod without creating it.
func (c *cloud) dryRunPod(namespace string, spec corev1.PodSpec) (*corev1.Pod, error) {
	c.t.Helper()
	return c.client().CoreV1().Pods(namespace).Create(context.Background(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "dry-run"}, Spec: spec,
	}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
}

// restart rolls a service's Deployment as kubectl rollout restart does, and returns the name of the new pod.
func (c *cloud) restart(service, deployment string) string {
	c.t.Helper()
	old := c.pod(service).Name
	c.startRollout(deployment)
	return c.waitForRollout(service, old)
}

// startRollout changes a Deployment's pod template as kubectl rollout restart does.
func (c *cloud) startRollout(deployment string) {
	c.t.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":%q}}}}}`,
		time.Now().Format(time.RFC3339Nano))
	_, err := c.client().AppsV1().Deployments(namespace).
		Patch(context.Background(), deployment, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	require.NoError(c.t, err)
}

// waitForRollout waits until a service has another pod than the old one, and returns its name.
func (c *cloud) waitForRollout(service, old string) (current string) {
	c.t.Helper()
	waitFor(c.t, func() error {
		if current = c.pod(service).Name; current == old {
			return fmt.Errorf("%s should have rolled", service)
		}
		return nil
	})
	return current
}

// cordon keeps the node from getting new pods, as kubectl cordon does, or lets it.
func (c *cloud) cordon(unschedulable bool) {
	c.t.Helper()
	nodes := c.client().CoreV1().Nodes()
	list, err := nodes.List(context.Background(), metav1.ListOptions{})
	require.NoError(c.t, err)
	require.Len(c.t, list.Items, 1)
	patch := fmt.Appendf(nil, `{"spec":{"unschedulable":%t}}`, unschedulable)
	_, err = nodes.Patch(context.Background(), list.Items[0].Name, types.MergePatchType, patch, metav1.PatchOptions{})
	require.NoError(c.t, err)
	// The controller manager answers with a taint: the cluster has taken notice.
	waitFor(c.t, func() error {
		node, err := nodes.Get(context.Background(), list.Items[0].Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		tainted := false
		for _, taint := range node.Spec.Taints {
			tainted = tainted || taint.Key == corev1.TaintNodeUnschedulable
		}
		if tainted != unschedulable {
			return fmt.Errorf("node %s: taint %s is %t", node.Name, corev1.TaintNodeUnschedulable, tainted)
		}
		return nil
	})
}

// configMaps returns the names of the stack's ConfigMaps.
func (c *cloud) configMaps() []string {
	c.t.Helper()
	list, err := c.client().CoreV1().ConfigMaps(namespace).List(context.Background(), metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/part-of=modelferry",
	})
	require.NoError(c.t, err)
	var names []string
	for _, item := range list.Items {
		names = append(names, item.Name)
	}
	return names
}

// bucket returns a bucket's real name. Both object stores keep a bucket as a folder.
func (c *cloud) bucket(name string) string {
	c.t.Helper()
	folders, err := filepath.Glob(filepath.Join(c.DataDir("store"), "*-"+name)) // fake-gcs-server
	require.NoError(c.t, err)
	if len(folders) == 0 {
		folders, err = filepath.Glob(filepath.Join(c.DataDir("store"), "buckets", "*-"+name)) // versitygw
		require.NoError(c.t, err)
	}
	require.Len(c.t, folders, 1)
	return filepath.Base(folders[0])
}

// logState logs what helps to explain a failure: the cluster's pods and its latest warnings. The cluster may be
// down, so nothing here fails.
func (c *cloud) logState() {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return // It is down.
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return
	}
	pods, err := client.CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		c.t.Logf("pods: %v", err)
		return
	}
	for _, pod := range pods.Items {
		c.t.Logf("pod %s: %s, deleted %v, init containers %+v, containers %+v", pod.Name, pod.Status.Phase,
			pod.DeletionTimestamp, pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses)
	}
	events, err := client.CoreV1().Events(namespace).List(context.Background(), metav1.ListOptions{FieldSelector: "type=Warning"})
	if err != nil {
		c.t.Logf("events: %v", err)
		return
	}
	for _, event := range events.Items {
		at := event.LastTimestamp.Format(time.TimeOnly)
		c.t.Logf("%s %s %s: %s", at, event.InvolvedObject.Name, event.Reason, strings.TrimSpace(event.Message))
	}
}
