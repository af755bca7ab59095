package kubernetes

import (
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// restConfig loads the kubeconfig of the configuration, which is its content or a path. Without one it loads what
// kubectl would use.
func restConfig(c providerConfig) (*rest.Config, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: c.Context, Context: api.Context{Cluster: c.Cluster}}
	var loader clientcmd.ClientConfig
	switch {
	case c.Kubeconfig == "":
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), overrides)
	case isRegularFile(c.Kubeconfig):
		rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: c.Kubeconfig}
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	default:
		content, err := clientcmd.Load([]byte(c.Kubeconfig))
		if err != nil {
			return nil, fmt.Errorf("invalid kubeconfig: must be the path or the content of a kubeconfig file: %w", err)
		}
		loader = clientcmd.NewDefaultClientConfig(*content, overrides)
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config.UserAgent = "modelferry"
	// The engine applies and awaits many objects in parallel: client-go's default of 5 requests per second is too low.
	config.QPS, config.Burst = 100, 200
	if c.Client.QPS > 0 {
		config.QPS = c.Client.QPS
	}
	if c.Client.Burst > 0 {
		config.Burst = c.Client.Burst
	}
	if c.Client.Timeout > 0 {
		config.Timeout = time.Duration(c.Client.Timeout) * time.Second
	}
	return config, nil
}

func isRegularFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
