//go:build alerts

package alerts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// The service that the services of the causes are copies of: the smallest.
const (
	template           = "chicagotaxi"
	templateDeployment = "chicagotaxi-pipeline"
)

// readyTimeout is for a pod that starts beside many others.
const readyTimeout = 5 * time.Minute

// service is a copy of a service of the catalogue. It has the Deployment, the NetworkPolicy and the Service, under a
// name of its own: the labels of the alerts tell it from the others.
type service struct {
	*stack
	t    *testing.T
	name string
}

// newService creates a copy of the template, changed by edit, which may be nil. It is deleted at the end of the test.
func (s *stack) newService(t *testing.T, name string, edit func(*appsv1.Deployment)) service {
	t.Helper()
	ctx, c := t.Context(), service{s, t, name}
	withName := func(labels map[string]string) map[string]string {
		copied := map[string]string{"app": name, "app.kubernetes.io/name": name}
		for key, value := range labels {
			if _, ok := copied[key]; !ok {
				copied[key] = value
			}
		}
		return copied
	}
	original, err := s.client.AppsV1().Deployments(namespace).Get(ctx, templateDeployment, metav1.GetOptions{})
	require.NoError(t, err)
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: withName(original.Labels)}, Spec: *original.Spec.DeepCopy(),
	}
	deployment.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}
	deployment.Spec.Template.Labels = withName(original.Spec.Template.Labels)
	pod := &deployment.Spec.Template.Spec
	pod.TopologySpreadConstraints, pod.Affinity = nil, nil
	for _, containers := range [][]corev1.Container{pod.InitContainers, pod.Containers} {
		for i := range containers { // the node has room for one pod of each service of the catalogue
			containers[i].Resources.Requests[corev1.ResourceCPU] = resource.MustParse("10m")
			containers[i].Resources.Requests[corev1.ResourceMemory] = resource.MustParse("32Mi")
		}
	}
	if edit != nil {
		edit(deployment)
	}
	policy, err := s.client.NetworkingV1().NetworkPolicies(namespace).Get(ctx, templateDeployment, metav1.GetOptions{})
	require.NoError(t, err)
	copied := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: *policy.Spec.DeepCopy()}
	copied.Spec.PodSelector.MatchLabels = map[string]string{"app": name}
	_, err = s.client.NetworkingV1().NetworkPolicies(namespace).Create(ctx, copied, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = s.client.CoreV1().Services(namespace).Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": name},
			Ports:    []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromString("http")}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = s.client.AppsV1().Deployments(namespace).Create(ctx, deployment, metav1.CreateOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.Background()
		background := metav1.DeletePropagationBackground
		_ = s.client.AppsV1().Deployments(namespace).Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &background})
		_ = s.client.CoreV1().Services(namespace).Delete(ctx, name, metav1.DeleteOptions{})
		_ = s.client.NetworkingV1().NetworkPolicies(namespace).Delete(ctx, name, metav1.DeleteOptions{})
	})
	return c
}

// labels of the alerts of the service.
func (c service) labels() map[string]string { return map[string]string{"service": c.name} }

// server is the container of the model server.
func server(d *appsv1.Deployment) *corev1.Container { return &d.Spec.Template.Spec.Containers[0] }

// waitUntilReady waits until one pod of the service is ready, which is not the other one, and returns it.
func (c service) waitUntilReady(other types.UID) corev1.Pod {
	c.t.Helper()
	var found corev1.Pod
	waitFor(c.t, readyTimeout, func() error {
		pods, err := c.client.CoreV1().Pods(namespace).List(c.t.Context(), metav1.ListOptions{LabelSelector: "app=" + c.name})
		if err != nil {
			return err
		}
		for _, pod := range pods.Items {
			if pod.UID == other || pod.DeletionTimestamp != nil {
				continue
			}
			for _, condition := range pod.Status.Conditions {
				if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
					found = pod
					return nil
				}
			}
		}
		return fmt.Errorf("no pod of %s is ready", c.name)
	})
	return found
}

// waitUntilSeen waits until Prometheus has a series of the service's pod, which has to be ready.
func (c service) waitUntilSeen(query string) {
	c.t.Helper()
	waitFor(c.t, readyTimeout, func() error {
		series, err := c.prometheus.query(c.t.Context(), query)
		if err == nil && len(series) == 0 {
			err = fmt.Errorf("no series: %s", query)
		}
		return err
	})
}

// patch changes the service's Deployment.
func (c service) patch(patch string) {
	c.t.Helper()
	_, err := c.client.AppsV1().Deployments(namespace).
		Patch(c.t.Context(), c.name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(c.t, err)
}

// deletePod deletes a pod, and waits until another one is ready.
func (c service) deletePod(pod corev1.Pod) corev1.Pod {
	c.t.Helper()
	now := int64(0)
	require.NoError(c.t, c.client.CoreV1().Pods(namespace).Delete(c.t.Context(), pod.Name, metav1.DeleteOptions{GracePeriodSeconds: &now}))
	return c.waitUntilReady(pod.UID)
}

// killServer kills the server's processes in a pod, as the kernel does if memory is short. The pod's processes belong
// to this machine's cgroups, which have the pod's UID in their names.
func (c service) killServer(pod corev1.Pod) {
	c.t.Helper()
	signal(c.t, syscall.SIGKILL, func(process string) bool {
		cgroup, _ := os.ReadFile(filepath.Join(process, "cgroup")) // it may have ended
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		return strings.Contains(string(cgroup), string(pod.UID)) && strings.Contains(string(command), "python")
	})
}

// slowDownload deletes a pod while the object store is paused. The store continues when the new pod's fetcher has
// waited for 8 seconds.
func (c service) slowDownload(pod corev1.Pod) {
	c.t.Helper()
	program := map[string]string{"gke": "fake-gcs-server", "eks": "versitygw"}[c.Stack]
	store := func(process string) bool {
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		// The path is that in the node's namespace of mounts. Stores of other tests have other folders.
		return strings.Contains(string(command), program) && strings.Contains(string(command), "/run/modelferry/data/store")
	}
	signal(c.t, syscall.SIGSTOP, store)
	defer signal(c.t, syscall.SIGCONT, store)
	require.NoError(c.t, c.client.CoreV1().Pods(namespace).Delete(c.t.Context(), pod.Name, metav1.DeleteOptions{}))
	waitFor(c.t, readyTimeout, func() error {
		pods, err := c.client.CoreV1().Pods(namespace).List(c.t.Context(), metav1.ListOptions{LabelSelector: "app=" + c.name})
		if err != nil {
			return err
		}
		for _, found := range pods.Items {
			for _, status := range found.Status.InitContainerStatuses {
				if found.UID != pod.UID && status.State.Running != nil && time.Since(status.State.Running.StartedAt.Time) > 8*time.Second {
					return nil
				}
			}
		}
		return fmt.Errorf("the fetcher of %s does not wait for the store", c.name)
	})
}

// signal sends a signal to the processes of this machine that match. match gets the folder in /proc.
func signal(t *testing.T, number syscall.Signal, match func(process string) bool) {
	t.Helper()
	sent := 0
	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	for _, process := range processes {
		if !match(process) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(process))
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(pid, number))
		sent++
	}
	require.NotZero(t, sent, "no such process")
}

// url returns the service's URL from this machine.
func (c service) url() string {
	c.t.Helper()
	object, err := c.client.CoreV1().Services(namespace).Get(c.t.Context(), c.name, metav1.GetOptions{})
	require.NoError(c.t, err)
	return "http://" + object.Spec.ClusterIP
}
