package kubernetes

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/restmapper"
)

// clusterClient holds the clients of a cluster.
type clusterClient struct {
	dynamic    dynamic.Interface
	clientset  kubernetes.Interface
	restMapper *restmapper.DeferredDiscoveryRESTMapper
}

// newClusterClient creates the clients. It sends no request.
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

// restMapping returns the resource and scope of a kind. If the cached discovery does not have the kind, it is read
// again: the CRD may have been applied since.
func (c *clusterClient) restMapping(gvk schema.GroupVersionKind) (*meta.RESTMapping, error) {
	mapping, err := c.restMapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.restMapper.Reset()
		mapping, err = c.restMapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if meta.IsNoMatchError(err) {
		return nil, fmt.Errorf("the cluster has no resource type %s %s: is its CRD installed?", gvk.GroupVersion(), gvk.Kind)
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

// resourceClient returns a client for one kind, in one namespace unless the kind is cluster-scoped.
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

// errNotReady is the error of an object that exists but is not ready.
var errNotReady = errors.New("not ready")
