// Package policytest puts packets to the network policies that the program registers. They are evaluated by
// kube-network-policies, the reference implementation of Kubernetes' SIG Network:
// https://github.com/kubernetes-sigs/kube-network-policies
//
// It is a module of its own, so that the engine is no dependency of the program.
package policytest

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"sigs.k8s.io/kube-network-policies/pkg/api"
	"sigs.k8s.io/kube-network-policies/pkg/network"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// cluster has the pods and the policies of a stack.
type cluster struct {
	engine *networkpolicy.PolicyEngine
	// addresses are the addresses of the pods, by name.
	addresses map[string]net.IP
	pods      map[string]*api.PodInfo
}

// otherPods are pods that the program does not create, as NAMESPACE/NAME, with their labels.
var otherPods = map[string]map[string]string{
	"kube-system/kube-dns":       {"k8s-app": "kube-dns"},
	"kube-system/metrics-server": {"k8s-app": "metrics-server"},
	"default/kube-dns":           {"k8s-app": "kube-dns"},
	"default/client":             nil,
	"gateways/gateway":           nil,
	"monitoring/prometheus":      nil,
	"gke-gmp-system/collector":   nil,
	"gmp-system/collector":       nil,
	"ml-portfolio/debug":         nil,
}

// newCluster runs the program with some config values set, and returns a cluster with its policies, the pods of its
// Deployments and otherPods. The pods of a Deployment have the name of its resource: of the service.
func newCluster(t *testing.T, stack string, set map[string]any) *cluster {
	t.Helper()
	record := stacktest.Up(t, stack, set)
	factory := informers.NewSharedInformerFactory(nil, 0)
	policies := factory.Networking().V1().NetworkPolicies()
	c := &cluster{addresses: map[string]net.IP{}, pods: map[string]*api.PodInfo{}}
	for _, registration := range record.ByType("NetworkPolicy") {
		var policy networkingv1.NetworkPolicy
		convert(t, registration.Inputs, &policy)
		require.NoError(t, policies.Informer().GetStore().Add(&policy))
	}
	for _, registration := range record.ByType("Deployment") {
		var deployment appsv1.Deployment
		convert(t, registration.Inputs, &deployment)
		c.addPod(registration.Name, deployment.Namespace, deployment.Spec.Template)
	}
	for name, labels := range otherPods {
		namespace, _, _ := strings.Cut(name, "/")
		c.addPod(name, namespace, corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}})
	}
	c.engine = networkpolicy.NewPolicyEngine(c, []api.PolicyEvaluator{networkpolicy.NewStandardNetworkPolicy(
		"node", factory.Core().V1().Namespaces(), factory.Core().V1().Pods(), policies)})
	return c
}

func (c *cluster) addPod(name, namespace string, template corev1.PodTemplateSpec) {
	address := net.IPv4(10, 4, 0, byte(len(c.pods)+1))
	pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.Namespace, pod.Name = namespace, name
	c.addresses[name] = address
	c.pods[address.String()] = api.NewPodInfo(pod, map[string]string{corev1.LabelMetadataName: namespace}, nil, "")
}

// GetPodInfoByIP makes the cluster the engine's source of pods.
func (c *cluster) GetPodInfoByIP(ip string) (*api.PodInfo, bool) {
	pod, ok := c.pods[ip]
	return pod, ok
}

// connection is a connection from a pod or an address to another one. The port is a number, over TCP if it has no
// suffix /udp.
type connection struct{ from, to, port string }

func (c connection) String() string { return fmt.Sprintf("%s -> %s %s", c.from, c.to, c.port) }

// allows reports whether the policies allow the first packet of a connection.
func (c *cluster) allows(t *testing.T, to connection) bool {
	t.Helper()
	text, protocol, _ := strings.Cut(to.port, "/")
	port, err := strconv.Atoi(text)
	require.NoError(t, err)
	packet := &network.Packet{
		Family: corev1.IPv4Protocol, Proto: corev1.ProtocolTCP, SrcPort: 40_000, DstPort: port,
		SrcIP: c.address(t, to.from), DstIP: c.address(t, to.to),
	}
	if protocol == "udp" {
		packet.Proto = corev1.ProtocolUDP
	}
	allowed, err := c.engine.EvaluatePacket(t.Context(), packet)
	require.NoError(t, err)
	return allowed
}

// address returns the address of a pod, or the address that the name is.
func (c *cluster) address(t *testing.T, name string) net.IP {
	t.Helper()
	if address, ok := c.addresses[name]; ok {
		return address
	}
	address := net.ParseIP(name)
	require.NotNil(t, address, "%s is neither a pod nor an address", name)
	return address
}

// convert converts the inputs of a resource to the type of the Kubernetes API. An unknown field is an error.
func convert(t *testing.T, inputs map[string]any, object any) {
	t.Helper()
	content, err := json.Marshal(inputs)
	require.NoError(t, err)
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(object))
}
