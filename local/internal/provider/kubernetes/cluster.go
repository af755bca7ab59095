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

// cluster is an API server and what it knows.
type cluster struct {
	objects dynamic.Interface
	typed   kubernetes.Interface
	kinds   *restmapper.DeferredDiscoveryRESTMapper
}

// connect makes the clients. Nothing is sent yet.
func connect(s settings) (*cluster, error) {
	config, err := restConfig(s)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	kinds := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(typed.Discovery()))
	return &cluster{objects: objects, typed: typed, kinds: kinds}, nil
}

// restConfig reads the kubeconfig: the setting, as a file's path or as its content, or else what kubectl would use.
func restConfig(s settings) (*rest.Config, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: s.Context, Context: api.Context{Cluster: s.Cluster}}
	var loader clientcmd.ClientConfig
	switch {
	case s.Kubeconfig == "":
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), overrides)
	case isFile(s.Kubeconfig):
		rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: s.Kubeconfig}
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	default:
		content, err := clientcmd.Load([]byte(s.Kubeconfig))
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
	if s.Client.QPS > 0 {
		config.QPS = s.Client.QPS
	}
	if s.Client.Burst > 0 {
		config.Burst = s.Client.Burst
	}
	if s.Client.Timeout > 0 {
		config.Timeout = time.Duration(s.Client.Timeout) * time.Second
	}
	return config, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// mapping is how the cluster serves a kind. A kind that it did not know a moment ago is asked for once more,
// because its definition may have been applied meanwhile.
func (c *cluster) mapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	mapping, err := c.kinds.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.kinds.Reset()
		mapping, err = c.kinds.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("the cluster knows no %s %s: is its definition installed?", gvk.GroupVersion(), gvk.Kind)
	}
	return mapping, err
}

func (c *cluster) namespaced(gvk schema.GroupVersionKind) (bool, error) {
	mapping, err := c.mapping(gvk)
	if err != nil {
		return false, err
	}
	return mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
}

// client speaks for one kind in one namespace.
func (c *cluster) client(gvk schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(gvk)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return c.objects.Resource(mapping.Resource).Namespace(namespace), nil
	}
	return c.objects.Resource(mapping.Resource), nil
}

func (c *cluster) get(ctx context.Context, gvk schema.GroupVersionKind, namespace, name string) (
	*unstructured.Unstructured, error,
) {
	client, err := c.client(gvk, namespace)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}

// errNotReady marks an object that exists but did not come up.
var errNotReady = errors.New("not ready")
