//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/node"
)

// egressTargets returns what a pod can reach without policies, as PROTOCOL://HOST:PORT, and whether the policy of
// bankchurn allows it. dns is the address of a pod with the labels of the cluster's DNS.
func (c *cloud) egressTargets(dns string) map[string]bool {
	c.t.Helper()
	info, err := node.ReadInfo(c.Layout)
	require.NoError(c.t, err)
	apiService, err := c.client().CoreV1().Services("default").Get(c.t.Context(), "kubernetes", metav1.GetOptions{})
	require.NoError(c.t, err)
	other := c.services()["nlpinsight"]
	otherURL, err := url.Parse(other.URL)
	require.NoError(c.t, err)
	otherPod, err := c.client().CoreV1().Pods(namespace).Get(c.t.Context(), other.Pods[0].Name, metav1.GetOptions{})
	require.NoError(c.t, err)
	onNode := func(port int) string { return fmt.Sprintf("tcp://%s:%d", info.Address, port) }
	targets := map[string]bool{
		onNode(9000):                                  true, // object store
		"tcp://" + dns + ":53":                        true,
		"udp://" + dns + ":53":                        true,
		"tcp://" + dns + ":9153":                      false,
		"tcp://" + otherPod.Status.PodIP + ":8000":    false,
		"tcp://" + otherURL.Host + ":80":              false,
		onNode(443):                                   false, // API server
		"tcp://" + apiService.Spec.ClusterIP + ":443": false,
		onNode(5000):                                  false, // image registry
		onNode(10250):                                 false, // kubelet
		// The metadata server of GKE, and IMDS on EKS, which has the node's role.
		"tcp://169.254.169.254:80": c.Stack == "gke",
	}
	if c.Stack == "eks" {
		targets[onNode(9443)] = true               // STS
		targets[onNode(9444)] = false              // webhook
		targets["tcp://169.254.170.23:80"] = false // Pod Identity agent, which IRSA does not use
	}
	return targets
}

// TestNetworkPolicy_egress compares what a service's pod can reach with what a pod without policies can reach.
func TestNetworkPolicy_egress(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.listenInNode("169.254.169.254", 80)
		dns := c.runServer("kube-system", map[string]string{"k8s-app": "kube-dns"}, "listen", "tcp://:53", "udp://:53", "tcp://:9153")
		targets := c.egressTargets(dns.Status.PodIP)
		addresses := slices.Sorted(maps.Keys(targets))
		for address, result := range c.probeFromNamespace("default", addresses...) {
			require.Empty(t, result, "%s should be reachable without a policy", address)
		}
		results := c.probeFromService("bankchurn", addresses...)
		for address, allowed := range targets {
			require.Equal(t, allowed, results[address] == "", "from a pod of bankchurn to %s: %s", address, results[address])
		}
	})
}

// TestNetworkPolicy_ingress sends requests from other namespaces, first with the default, then with a list of
// namespaces that may send requests. This machine may always, because of networkPolicy.sources.
func TestNetworkPolicy_ingress(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		service := c.services()["bankchurn"]
		serviceURL, err := url.Parse(service.URL)
		require.NoError(t, err)
		pod, err := c.client().CoreV1().Pods(namespace).Get(t.Context(), service.Pods[0].Name, metav1.GetOptions{})
		require.NoError(t, err)
		addresses := []string{"tcp://" + serviceURL.Host + ":80", "tcp://" + pod.Status.PodIP + ":8000"}
		requireReached := func(from string, want bool) {
			t.Helper()
			for address, result := range c.probeFromNamespace(from, addresses...) {
				require.Equal(t, want, result == "", "from namespace %s to %s: %s", from, address, result)
			}
		}
		requireReached("gateways", true)

		c.setConfig("config:\n    modelferry:networkPolicy: {namespaces: [gateways]}\n")
		c.run("up")
		requireReached("gateways", true)
		requireReached("default", false)
		require.Equal(t, pod.Name, c.pod("bankchurn").Name, "a policy rolls no pod, and this machine still reads its model")
	})
}

// TestNetworkPolicy_enforcedLate starts a pod that gets no connection in its first seconds, as on EKS with the strict
// mode of the VPC CNI, which denies everything until it has the policies of a new pod:
// https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
func TestNetworkPolicy_enforcedLate(t *testing.T) {
	const delay = 8 * time.Second
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		old := c.services()["bankchurn"]
		probe := startProbe(t, old.URL)
		// kube-router's rules are in the table filter. This rule comes before them and drops the first packets of
		// connections, so that the old pod responds to requests.
		rule := []string{"PREROUTING", "--in-interface", "veth+", "--match", "conntrack", "--ctstate", "NEW", "--jump", "DROP"}
		iptables := func(action string) {
			t.Helper()
			out, err := c.inNode(append([]string{"iptables", "--table", "mangle", action}, rule...)...).CombinedOutput()
			require.NoError(t, err, string(out))
		}
		iptables("--insert")
		blocked := true
		t.Cleanup(func() {
			if blocked {
				iptables("--delete")
			}
		})
		c.startRollout(bankchurnDeployment)
		var fetcher corev1.ContainerStatus
		waitFor(t, func() (err error) {
			fetcher, err = c.newFetcher("bankchurn", old.Pods[0].Name)
			return err
		})
		time.Sleep(delay)
		iptables("--delete")
		blocked = false
		c.waitForRollout("bankchurn", old.Pods[0].Name)
		fetcher, err := c.newFetcher("bankchurn", old.Pods[0].Name)
		require.NoError(t, err)
		require.Zero(t, fetcher.RestartCount, "the fetcher waits, without a restart of its container")
		took := fetcher.State.Terminated.FinishedAt.Sub(fetcher.State.Terminated.StartedAt.Time)
		require.GreaterOrEqual(t, took, delay-2*time.Second, "the fetcher was blocked")
		_, _, failures := probe.result()
		require.Empty(t, failures, "the old pod serves on")
		report(t, c.Stack+" fetch with "+delay.String()+" until policies are in force", "%s", took)
	})
}

// newFetcher returns the status of the fetcher in a service's newest pod, once its container has started.
func (c *cloud) newFetcher(service, oldPod string) (corev1.ContainerStatus, error) {
	pods, err := c.client().CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/name=" + service,
	})
	if err != nil {
		return corev1.ContainerStatus{}, err
	}
	for _, pod := range pods.Items {
		if pod.Name == oldPod || len(pod.Status.InitContainerStatuses) == 0 {
			continue
		}
		if status := pod.Status.InitContainerStatuses[0]; status.State.Waiting == nil {
			return status, nil
		}
	}
	return corev1.ContainerStatus{}, fmt.Errorf("%s should have a new pod whose fetcher has started", service)
}
