package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// clusterClient is an API server and what it knows.
type clusterClient struct {
	dynamic    dynamic.Interface
	clientset  kubernetes.Interface
	restMapper *restmapper.DeferredDiscoveryRESTMapper
}

// newClusterClient makes the clients. Nothing is sent yet.
func newClusterClient(c providerConfig) (*clusterClient, error) {
	clientConfig, err := restConfig(c)
	if err != nil {
		return nil, err
	}
	dynamicClient, err := dynamic.NewForConfig(clientConfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	clientset, err := kubernetes.NewForConfig(clientConfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	restMapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(clientset.Discovery()))
	return &clusterClient{dynamic: dynamicClient, clientset: clientset, restMapper: restMapper}, nil
}

// restConfig reads the kubeconfig: the setting, as a file's path or as its content, or else what kubectl would use.
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
			return nil, fmt.Errorf("kubeconfig: neither the path of a file nor the content of one: %w", err)
		}
		loader = clientcmd.NewDefaultClientConfig(*content, overrides)
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config.UserAgent = "modelferry"
	// A stack's objects are applied and watched side by side; client-go's own 5 a second would throttle that.
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

// restMapping is how the cluster serves a kind. A kind that it did not know a moment ago is asked for once more,
// because its definition may have been applied meanwhile.
func (c *clusterClient) restMapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	mapping, err := c.restMapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.restMapper.Reset()
		mapping, err = c.restMapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("the cluster knows no %s %s: is its definition installed?", gvk.GroupVersion(), gvk.Kind)
	}
	return mapping, err
}

func (c *clusterClient) isNamespaced(gvk schema.GroupVersionKind) (bool, error) {
	mapping, err := c.restMapping(gvk)
	if err != nil {
		return false, err
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
}

// resourceClient speaks for one kind in one namespace.
func (c *clusterClient) resourceClient(gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.restMapping(gvk)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return c.dynamic.Resource(mapping.Resource).Namespace(namespace), nil
	}
	return c.dynamic.Resource(mapping.Resource), nil
}

func (c *clusterClient) get(ctx context.Context, gvk schema.GroupVersionKind, namespace, name string) (
	*unstructured.Unstructured, error,
) {
	client, err := c.resourceClient(gvk, namespace)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}

// errNotReady marks an object that exists but did not come up.
var errNotReady = errors.New("not ready")
