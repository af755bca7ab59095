// Package cluster connects to a stack's Kubernetes cluster.
package cluster

import (
	"context"
	"fmt"

	appsv1 "k8s.io/client-go/kubernetes/typed/apps/v1"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/cli/internal/outputs"
)

// Client has the API groups that modelferry reads.
type Client struct {
	apps *appsv1.AppsV1Client
	core *corev1.CoreV1Client
}

// AppsV1 returns the client of Deployments and ReplicaSets.
func (c *Client) AppsV1() appsv1.AppsV1Interface { return c.apps }

// CoreV1 returns the client of pods and events.
func (c *Client) CoreV1() corev1.CoreV1Interface { return c.core }

// Connection selects a kubeconfig and a context of it. The zero value is the kubeconfig in the stack's outputs.
type Connection struct {
	// Kubeconfig is the path of a kubeconfig.
	Kubeconfig string
	// Context is a context of Kubeconfig, or, without one, of the user's kubeconfig.
	Context string
}

// Open returns a client of a stack's cluster. root is the folder with Pulumi.yaml.
func Open(ctx context.Context, connection Connection, root, stack string) (*Client, error) {
	var o outputs.Outputs
	if (connection == Connection{}) {
		var err error
		if o, err = outputs.Read(ctx, root, stack); err != nil {
			return nil, err
		}
	}
	client, err := connection.client(o.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("cluster of stack %s: %w", stack, err)
	}
	return client, nil
}

// New returns a client for a kubeconfig in JSON or YAML.
func New(kubeconfig string) (*Client, error) { return Connection{}.client(kubeconfig) }

// client returns a client of the selected cluster. kubeconfig is that of the stack's outputs.
func (c Connection) client(kubeconfig string) (*Client, error) {
	config, err := c.restConfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	return newClient(config)
}

func (c Connection) restConfig(kubeconfig string) (*rest.Config, error) {
	if (c == Connection{}) {
		return clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.Kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: c.Context}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
}

func newClient(config *rest.Config) (*Client, error) {
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	apps, err := appsv1.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, err
	}
	core, err := corev1.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return nil, err
	}
	return &Client{apps, core}, nil
}
