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

// privateRanges are not part of the internet: pods, Services, the API server, nodes and metadata servers. A policy
// allows single addresses of them only.
var privateRanges = []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}

// NetworkPolicy has the settings of a service's network policy.
type NetworkPolicy struct {
	// EgressEndpoints are allowed besides DNS and public HTTPS, as HOST:PORT.
	EgressEndpoints []string
	// EgressCIDRs are private ranges, in CIDR notation, that are allowed over HTTPS.
	EgressCIDRs []string
	// Namespaces whose pods may send requests, by name. Without any, all namespaces may.
	Namespaces []string
	// IngressCIDRs are ranges outside the cluster that may send requests, in CIDR notation, such as a load balancer's.
	IngressCIDRs []string
}

// newDefaultDeny denies all ingress and egress of the namespace's pods that no other policy allows.
func newDefaultDeny(
	ctx *pulumi.Context, labels pulumi.StringMap, namespace pulumi.StringInput, opts ...pulumi.ResourceOption,
) error {
	_, err := networkingv1.NewNetworkPolicy(ctx, "default-deny", &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String("default-deny"), Namespace: namespace, Labels: labels,
		},
		Spec: &networkingv1.NetworkPolicySpecArgs{PodSelector: &metav1.LabelSelectorArgs{}, PolicyTypes: policyTypes()},
	}, opts...)
	return err
}

// newNetworkPolicy allows what one service needs: requests and scrapes at its port, DNS, the object store and the
// endpoints of its identity.
func newNetworkPolicy(
	ctx *pulumi.Context, name string, p NetworkPolicy, port int, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	egress, err := p.egressRules()
	if err != nil {
		return nil, err
	}
	return newAllowPolicy(ctx, name, p.ingressPeers(), port, egress, selector, meta, opts...)
}

// newAllowPolicy creates a policy that allows the peers to connect to a port of the selected pods, and the pods the
// given egress.
func newAllowPolicy(
	ctx *pulumi.Context, name string, peers networkingv1.NetworkPolicyPeerArray, port int,
	egress networkingv1.NetworkPolicyEgressRuleArray, selector pulumi.StringMap, meta *metav1.ObjectMetaArgs,
	opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: meta,
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector},
			PolicyTypes: policyTypes(),
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{&networkingv1.NetworkPolicyIngressRuleArgs{
				From: peers, Ports: policyPorts("TCP", port),
			}},
			Egress: egress,
		},
	}, opts...)
}

// ingressPeers returns the peers that may send requests. The default is all namespaces, since gateways and Prometheus
// are in namespaces of their own.
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

// namespaceNameLabel is the label that Kubernetes sets on every namespace.
const namespaceNameLabel = "kubernetes.io/metadata.name"

// egressRules returns the allowed egress of the pods.
func (p NetworkPolicy) egressRules() (networkingv1.NetworkPolicyEgressRuleArray, error) {
	// A network policy has addresses only, and object stores have no fixed ones. So HTTPS to the internet is allowed.
	public := &networkingv1.IPBlockArgs{Cidr: pulumi.String("0.0.0.0/0"), Except: pulumi.ToStringArray(privateRanges)}
	peers := networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{IpBlock: public}}
	for _, cidr := range p.EgressCIDRs {
		peers = append(peers, ipBlockPeer(cidr))
	}
	rules := networkingv1.NetworkPolicyEgressRuleArray{
		dnsRule(), &networkingv1.NetworkPolicyEgressRuleArgs{To: peers, Ports: policyPorts("TCP", 443)},
	}
	endpoints, err := endpointRules(p.EgressEndpoints)
	return append(rules, endpoints...), err
}

// dnsRule allows the DNS servers of a cluster.
func dnsRule() *networkingv1.NetworkPolicyEgressRuleArgs {
	return &networkingv1.NetworkPolicyEgressRuleArgs{
		To: networkingv1.NetworkPolicyPeerArray{
			&networkingv1.NetworkPolicyPeerArgs{
				NamespaceSelector: &metav1.LabelSelectorArgs{
					MatchLabels: pulumi.StringMap{namespaceNameLabel: pulumi.String("kube-system")},
				},
				PodSelector: &metav1.LabelSelectorArgs{
					MatchExpressions: metav1.LabelSelectorRequirementArray{&metav1.LabelSelectorRequirementArgs{
						Key: pulumi.String(
							"k8s-app",
						),
						Operator: pulumi.String("In"),
						Values:   pulumi.ToStringArray([]string{"kube-dns", "node-local-dns"}),
					}},
				},
			},
			ipBlockPeer("169.254.20.10/32"),   // NodeLocal DNSCache
			ipBlockPeer("169.254.169.254/32"), // Cloud DNS for GKE
		},
		Ports: append(policyPorts("UDP", 53), policyPorts("TCP", 53)...),
	}
}

// endpointRules returns a rule for each endpoint, HOST:PORT.
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

// endpointRule returns the rule of an endpoint, HOST:PORT. For a host that is not an address it allows the port
// everywhere, since a network policy cannot have names.
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
	return networkingv1.NetworkPolicyPortArray{
		&networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(port)},
	}
}

func policyTypes() pulumi.StringArray { return pulumi.ToStringArray([]string{"Ingress", "Egress"}) }
