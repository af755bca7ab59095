package components

// KubeRouterHealthURL is the health endpoint of kube-router.
const KubeRouterHealthURL = "http://127.0.0.1:20244/healthz"

// KubeRouter returns the kube-router process. It enforces NetworkPolicies with iptables and ipset, and does nothing
// else: neither routes nor Services. It needs the node's address, so it starts when the node is registered.
//
// It is version 2.1.0, the newest one that builds from the Go module proxy. The advisories for it concern its service
// proxy and its router (tools/kubernetes/kube_router.go), which this program does not contain.
func (c NodeConfig) KubeRouter() Process {
	return kubeProcess("kube-router", 64,
		"--kubeconfig="+ConfigDir+"/kube-router.kubeconfig",
		"--hostname-override="+c.NodeName(),
		"--service-cluster-ip-range="+c.Range.ServiceCIDR().String(),
	)
}
