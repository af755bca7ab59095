package components

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// privateRanges are the ranges that are nobody's on the internet: other pods and
// services, the API server, the nodes and their metadata servers. What of them
// a pod needs is opened by address.
var privateRanges = []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}

// NetworkPolicy says what a service's pods may reach.
type NetworkPolicy struct {
	// EgressEndpoints lists single places besides DNS and public HTTPS, as HOST:PORT.
	EgressEndpoints []string
	// EgressCIDRs are private ones, in CIDR notation, that are open over HTTPS.
	EgressCIDRs []string
	// Namespaces whose pods may send requests, by name; none are all.
	Namespaces []string
	// IngressCIDRs are ranges outside the cluster that requests come from: a load
	// balancer's, which speaks to the pods themselves.
	IngressCIDRs []string
}

// newDefaultDeny closes the namespace: no pod in it reaches anything, and
// nothing reaches it, but for what another policy opens.
func newDefaultDeny(ctx *pulumi.Context, labels pulumi.StringMap, namespace pulumi.StringInput, opts ...pulumi.ResourceOption) error {
	_, err := networkingv1.NewNetworkPolicy(ctx, "default-deny", &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String("default-deny"), Namespace: namespace, Labels: labels,
		},
		Spec: &networkingv1.NetworkPolicySpecArgs{PodSelector: &metav1.LabelSelectorArgs{}, PolicyTypes: policyTypes()},
	}, opts...)
	return err
}

// newNetworkPolicy opens what one service needs: requests and scrapes at its
// port, DNS, the object store, and where its identity comes from.
func newNetworkPolicy(ctx *pulumi.Context, name string, p NetworkPolicy, port int, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	egress, err := p.egressRules()
	if err != nil {
		return nil, err
	}
	return newAllowPolicy(ctx, name, p.ingressPeers(), port, egress, selector, meta, opts...)
}

// newAllowPolicy opens a port of some pods to those who may send requests, and for
// the pods what they may reach. All else is closed to them, both ways.
func newAllowPolicy(ctx *pulumi.Context, name string, peers networkingv1.NetworkPolicyPeerArray, port int, egress networkingv1.NetworkPolicyEgressRuleArray, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: meta,
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector},
			PolicyTypes: policyTypes(),
			Ingress:     networkingv1.NetworkPolicyIngressRuleArray{&networkingv1.NetworkPolicyIngressRuleArgs{From: peers, Ports: policyPorts("TCP", port)}},
			Egress:      egress,
		},
	}, opts...)
}

// ingressPeers returns who may send requests. Gateways and Prometheus have namespaces
// of their own, so by default it is every one.
func (p NetworkPolicy) ingressPeers() networkingv1.NetworkPolicyPeerArray {
	namespaces := &metav1.LabelSelectorArgs{}
	if len(p.Namespaces) > 0 {
		namespaces.MatchExpressions = metav1.LabelSelectorRequirementArray{&metav1.LabelSelectorRequirementArgs{
			Key: pulumi.String(namespaceNameLabel), Operator: pulumi.String("In"), Values: pulumi.ToStringArray(p.Namespaces),
		}}
	}
	peers := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: namespaces}}
	for _, cidr := range p.IngressCIDRs {
		peers = append(peers, ipBlockPeer(cidr))
	}
	return peers
}

// namespaceNameLabel is the label that Kubernetes itself gives to each namespace.
const namespaceNameLabel = "kubernetes.io/metadata.name"

// egressRules returns the rules for what the pods may reach.
func (p NetworkPolicy) egressRules() (networkingv1.NetworkPolicyEgressRuleArray, error) {
	// A policy knows addresses only, and a store has no fixed ones: so HTTPS
	// is open to the internet, and to nothing that is not the internet.
	public := &networkingv1.IPBlockArgs{Cidr: pulumi.String("0.0.0.0/0"), Except: pulumi.ToStringArray(privateRanges)}
	peers := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{IpBlock: public}}
	for _, cidr := range p.EgressCIDRs {
		peers = append(peers, ipBlockPeer(cidr))
	}
	rules := networkingv1.NetworkPolicyEgressRuleArray{dnsRule(), &networkingv1.NetworkPolicyEgressRuleArgs{To: peers, Ports: policyPorts("TCP", 443)}}
	endpoints, err := endpointRules(p.EgressEndpoints)
	return append(rules, endpoints...), err
}

// dnsRule opens the name servers that a cluster may have.
func dnsRule() *networkingv1.NetworkPolicyEgressRuleArgs {
	return &networkingv1.NetworkPolicyEgressRuleArgs{
		To: networkingv1.NetworkPolicyPeerArray{
			&networkingv1.NetworkPolicyPeerArgs{
				NamespaceSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{namespaceNameLabel: pulumi.String("kube-system")}},
				PodSelector: &metav1.LabelSelectorArgs{MatchExpressions: metav1.LabelSelectorRequirementArray{&metav1.LabelSelectorRequirementArgs{
					Key: pulumi.String("k8s-app"), Operator: pulumi.String("In"), Values: pulumi.ToStringArray([]string{"kube-dns", "node-local-dns"}),
				}}},
			},
			ipBlockPeer("169.254.20.10/32"),   // the node's DNS cache, where there is one
			ipBlockPeer("169.254.169.254/32"), // Cloud DNS, which GKE may use in kube-dns' place
		},
		Ports: append(policyPorts("UDP", 53), policyPorts("TCP", 53)...),
	}
}

// endpointRules opens single places.
func endpointRules(endpoints []string) (networkingv1.NetworkPolicyEgressRuleArray, error) {
	var rules networkingv1.NetworkPolicyEgressRuleArray
	for _, endpoint := range endpoints {
		rule, err := endpointRule(endpoint)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// endpointRule opens one place. A host that is no address opens its port everywhere:
// a policy cannot say a name.
func endpointRule(endpoint string) (*networkingv1.NetworkPolicyEgressRuleArgs, error) {
	host, portText, err := net.SplitHostPort(endpoint)
	if err != nil {
		return nil, fmt.Errorf("network policy: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("network policy: port of %s: %w", endpoint, err)
	}
	rule := &networkingv1.NetworkPolicyEgressRuleArgs{Ports: policyPorts("TCP", port)}
	if address, err := netip.ParseAddr(host); err == nil {
		rule.To = networkingv1.NetworkPolicyPeerArray{ipBlockPeer(netip.PrefixFrom(address, address.BitLen()).String())}
	}
	return rule, nil
}

func ipBlockPeer(cidr string) *networkingv1.NetworkPolicyPeerArgs {
	return &networkingv1.NetworkPolicyPeerArgs{IpBlock: &networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}}
}

func policyPorts(protocol string, port int) networkingv1.NetworkPolicyPortArray {
	return networkingv1.NetworkPolicyPortArray{&networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(port)}}
}

func policyTypes() pulumi.StringArray { return pulumi.ToStringArray([]string{"Ingress", "Egress"}) }
