package components

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-proxy/config/v1alpha1"
	"sigs.k8s.io/yaml"
)

// KubeProxy returns the kube-proxy process. Its rules are in the node's network namespace.
func (c NodeConfig) KubeProxy() Process {
	return kubeProcess("kube-proxy", 64, "--config="+ConfigDir+"/kube-proxy.yaml")
}

// KubeProxyConfig returns kube-proxy's configuration.
func (c NodeConfig) KubeProxyConfig() ([]byte, error) {
	zero := int32(0)
	config := v1alpha1.KubeProxyConfiguration{
		TypeMeta:           metav1.TypeMeta{APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: "KubeProxyConfiguration"},
		Mode:               "iptables",
		HostnameOverride:   c.NodeName(),
		ClusterCIDR:        c.Range.PodCIDR().String(),
		HealthzBindAddress: "127.0.0.1:10256",
		MetricsBindAddress: "127.0.0.1:10249",
		OOMScoreAdj:        &zero,
		// Connection tracking limits apply to the machine. Zero leaves them unchanged.
		Conntrack: v1alpha1.KubeProxyConntrackConfiguration{
			MaxPerCore: &zero, Min: &zero,
			TCPEstablishedTimeout: &metav1.Duration{}, TCPCloseWaitTimeout: &metav1.Duration{},
		},
		IPTables: v1alpha1.KubeProxyIPTablesConfiguration{
			// The default is 1 s. With a few Services, a sync takes milliseconds.
			MinSyncPeriod: metav1.Duration{Duration: 100 * time.Millisecond},
		},
	}
	config.ClientConnection.Kubeconfig = ConfigDir + "/kube-proxy.kubeconfig"
	document, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("kube-proxy's configuration: %w", err)
	}
	return document, nil
}
