package components

import "fmt"

// MetricsServerNames are the DNS names by which the API server verifies metrics-server.
var MetricsServerNames = []string{"metrics-server.kube-system.svc"}

// MetricsServer returns the metrics-server process, which serves the resource metrics of Kubernetes' metrics API. The
// HorizontalPodAutoscalers read it.
func (c NodeConfig) MetricsServer() Process {
	kubeconfig := ConfigDir + "/metrics-server.kubeconfig"
	return kubeProcess("metrics-server", 64,
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--bind-address="+c.Range.NodeIP().String(),
		fmt.Sprintf("--secure-port=%d", MetricsPort),
		"--tls-cert-file="+PKIDir+"/metrics-server.crt",
		"--tls-private-key-file="+PKIDir+"/metrics-server.key",
		"--kubelet-certificate-authority="+PKIDir+"/ca.crt",
		"--kubelet-preferred-address-types=InternalIP",
		// The shortest that it takes, which is how often the kubelet measures.
		"--metric-resolution=10s",
		"--kubelet-request-timeout=8s",
	)
}

// MetricsServerURL is metrics-server's URL.
func (c NodeConfig) MetricsServerURL() string { return "https://" + c.address(MetricsPort) }

// MetricsObject is an object by which the API server forwards the metrics API to metrics-server.
type MetricsObject struct {
	// Path is the path of its collection at the API server.
	Path   string
	Object map[string]any
}

// MetricsObjects returns the objects in the order of their creation. caPEM is the authority of metrics-server's
// certificate.
func (c NodeConfig) MetricsObjects(caPEM []byte) []MetricsObject {
	type m = map[string]any
	meta := m{"name": "metrics-server", "namespace": "kube-system", "labels": m{"kubernetes.io/service-name": "metrics-server"}}
	return []MetricsObject{
		// Before the Service: for a Service without endpoints, kube-proxy adds a rule to the filter table that rejects its
		// packets. kube-router saves that table and restores it, and can so bring the rule back after kube-proxy has
		// removed it: the metrics API is then unavailable until kube-proxy's next change.
		{"/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices", m{
			"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta, "addressType": "IPv4",
			"ports":     []m{{"name": "https", "port": MetricsPort}},
			"endpoints": []m{{"addresses": []string{c.Range.NodeIP().String()}, "conditions": m{"ready": true}}},
		}},
		// Without a selector, because metrics-server is no pod.
		{"/api/v1/namespaces/kube-system/services", m{
			"apiVersion": "v1", "kind": "Service", "metadata": meta,
			"spec": m{"ports": []m{{"name": "https", "port": 443, "targetPort": MetricsPort}}},
		}},
		{"/apis/apiregistration.k8s.io/v1/apiservices", m{
			"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": m{"name": "v1beta1.metrics.k8s.io"},
			"spec": m{
				"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
				"caBundle": caPEM, "service": m{"name": "metrics-server", "namespace": "kube-system"},
			},
		}},
	}
}
