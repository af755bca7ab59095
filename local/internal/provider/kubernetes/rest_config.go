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
	loader, err := clientConfig(c)
	if err != nil {
		return nil, err
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

func clientConfig(c providerConfig) (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: c.Context, Context: api.Context{Cluster: c.Cluster}}
	switch {
	case c.Kubeconfig == "":
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), overrides), nil
	case isRegularFile(c.Kubeconfig):
		rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: c.Kubeconfig}
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
	}
	content, err := clientcmd.Load([]byte(c.Kubeconfig))
	if err != nil {
		return nil, fmt.Errorf("invalid kubeconfig: must be the path or the content of a kubeconfig file: %w", err)
	}
	return clientcmd.NewDefaultClientConfig(*content, overrides), nil
}

func isRegularFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
