//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/node"
)

// probeFromService tries addresses from the pod of a service, in an ephemeral container, as kubectl debug adds it. It
// returns the result of each address, "" if it was reached.
func (c *cloud) probeFromService(service string, addresses ...string) map[string]string {
	c.t.Helper()
	pods := c.client().CoreV1().Pods(namespace)
	pod, err := pods.Get(c.t.Context(), c.pod(service).Name, metav1.GetOptions{})
	require.NoError(c.t, err)
	server := pod.Spec.Containers[0]
	name := fmt.Sprintf("probe-%d", len(pod.Spec.EphemeralContainers))
	pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, corev1.EphemeralContainer{
		EphemeralContainerCommon: corev1.EphemeralContainerCommon{
			Name: name, Image: server.Image, Args: append([]string{"probe"}, addresses...), SecurityContext: server.SecurityContext,
		},
	})
	_, err = pods.UpdateEphemeralContainers(c.t.Context(), pod.Name, pod, metav1.UpdateOptions{})
	require.NoError(c.t, err)
	return c.probeResults(namespace, pod.Name, name, func(s corev1.PodStatus) []corev1.ContainerStatus {
		return s.EphemeralContainerStatuses
	})
}

// probeFromNamespace tries addresses from a new pod in a namespace, which it creates if there is none.
func (c *cloud) probeFromNamespace(namespace string, addresses ...string) map[string]string {
	c.t.Helper()
	pod := c.runServer(namespace, nil, append([]string{"probe"}, addresses...)...)
	return c.probeResults(namespace, pod.Name, "server", func(s corev1.PodStatus) []corev1.ContainerStatus {
		return s.ContainerStatuses
	})
}

// probeResults waits until a container has exited, and returns what it printed.
func (c *cloud) probeResults(
	namespace, pod, container string, statuses func(corev1.PodStatus) []corev1.ContainerStatus,
) map[string]string {
	c.t.Helper()
	pods := c.client().CoreV1().Pods(namespace)
	waitFor(c.t, func() error {
		current, err := pods.Get(c.t.Context(), pod, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, status := range statuses(current.Status) {
			if status.Name == container && status.State.Terminated != nil {
				return nil
			}
		}
		return fmt.Errorf("container %s of %s should have exited: %+v", container, pod, current.Status)
	})
	printed, err := pods.GetLogs(pod, &corev1.PodLogOptions{Container: container}).DoRaw(c.t.Context())
	require.NoError(c.t, err)
	var results map[string]string
	require.NoError(c.t, json.Unmarshal(printed, &results), string(printed))
	return results
}

// runServer creates a pod that runs the fake model server's program with arguments, as in runPod.
func (c *cloud) runServer(namespace string, labels map[string]string, args ...string) *corev1.Pod {
	c.t.Helper()
	return c.runPod(namespace, c.podTemplate().Containers[0].Image, labels, args...)
}

// runPod creates a pod that runs an image with arguments, and returns it when it has an address. The scenario's cleanup
// deletes it. It creates the namespace if there is none.
func (c *cloud) runPod(namespace, image string, labels map[string]string, args ...string) *corev1.Pod {
	c.t.Helper()
	client := c.client()
	_, err := client.CoreV1().Namespaces().Create(c.t.Context(), &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
	}, metav1.CreateOptions{})
	if err != nil {
		require.True(c.t, apierrors.IsAlreadyExists(err), "%v", err)
	}
	none := int64(0)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-", Labels: labels},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, TerminationGracePeriodSeconds: &none,
			Containers: []corev1.Container{{
				Name: "server", Image: image, Args: args,
				SecurityContext: &corev1.SecurityContext{RunAsUser: &none}, // for ports below 1024
			}},
		},
	}
	waitFor(c.t, func() error { // a new namespace has its service account a moment later
		created, err := client.CoreV1().Pods(namespace).Create(c.t.Context(), pod, metav1.CreateOptions{})
		if err == nil {
			pod = created
		}
		return err
	})
	c.t.Cleanup(func() {
		err := c.client().CoreV1().Pods(namespace).Delete(context.Background(), pod.Name, metav1.DeleteOptions{})
		require.NoError(c.t, err)
	})
	waitFor(c.t, func() error {
		if pod, err = client.CoreV1().Pods(namespace).Get(c.t.Context(), pod.Name, metav1.GetOptions{}); err != nil {
			return err
		}
		if pod.Status.PodIP == "" {
			return fmt.Errorf("pod %s should have an address: %+v", pod.Name, pod.Status)
		}
		return nil
	})
	return pod
}

// inNode runs a command of the machine in the node's network namespace.
func (c *cloud) inNode(command ...string) *exec.Cmd {
	c.t.Helper()
	info, err := node.ReadInfo(c.Layout)
	require.NoError(c.t, err)
	return exec.Command("nsenter", append([]string{"--net", "--target", strconv.Itoa(info.PID), "--"}, command...)...)
}

// listenInNode accepts connections at an address and port of the node's network namespace until the scenario ends. It
// does nothing if the node has the address.
func (c *cloud) listenInNode(address string, port int) {
	c.t.Helper()
	assigned, err := c.inNode("ip", "-o", "address", "show", "to", address).Output()
	require.NoError(c.t, err)
	if len(assigned) > 0 {
		return
	}
	require.NoError(c.t, c.inNode("ip", "address", "add", address+"/32", "dev", "lo").Run())
	c.t.Cleanup(func() { require.NoError(c.t, c.inNode("ip", "address", "del", address+"/32", "dev", "lo").Run()) })
	listener := c.inNode(c.Bin("server-linux-"+runtime.GOARCH), "listen", fmt.Sprintf("tcp://%s:%d", address, port))
	require.NoError(c.t, listener.Start())
	c.t.Cleanup(func() {
		require.NoError(c.t, listener.Process.Kill())
		_ = listener.Wait() // it was killed
	})
}
