package sandbox

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

// issuerDiscoveryBinding lets everybody read the OIDC discovery document and the public keys that verify a token, as on
// GKE and EKS.
var issuerDiscoveryBinding = map[string]any{
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind":       "ClusterRoleBinding",
	"metadata":   map[string]any{"name": "modelferry:issuer-discovery"},
	"roleRef": map[string]any{
		"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:service-account-issuer-discovery",
	},
	"subjects": []map[string]any{{
		"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:unauthenticated",
	}},
}

// startKubernetes starts the control plane, kubelet, kube-proxy and kube-router. The kubelet starts when
// containerdReady is closed.
func (n *node) startKubernetes(ctx context.Context, containerdReady <-chan struct{}) error {
	if err := n.startProcess(n.config.Etcd()); err != nil {
		return err
	}
	if err := writeKubernetesConfigs(n.config); err != nil {
		return err
	}
	if err := n.waitReady(ctx, "etcd", httpProbe(components.EtcdURL+"/health")); err != nil {
		return err
	}
	if err := n.startProcess(n.config.APIServer()); err != nil {
		return err
	}
	if err := n.waitReady(ctx, "kube-apiserver", n.api.checkReady); err != nil {
		return err
	}
	for _, p := range []components.Process{
		n.config.ControllerManager(), n.config.Scheduler(), n.config.KubeProxy(), n.config.MetricsServer(),
	} {
		if err := n.startProcess(p); err != nil {
			return err
		}
	}
	select {
	case <-containerdReady:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := n.startProcess(n.config.Kubelet()); err != nil {
		return err
	}
	if err := n.api.create(ctx, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", issuerDiscoveryBinding); err != nil {
		return fmt.Errorf("issuer discovery: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.waitReady(ctx, "kube-proxy", httpProbe("http://127.0.0.1:10256/healthz")) })
	g.Go(func() error { return n.registerMetricsServer(ctx) })
	g.Go(func() error {
		if err := n.waitReady(ctx, "kubelet", func(ctx context.Context) error {
			return n.api.checkSchedulable(ctx, n.config.NodeName(), n.started)
		}); err != nil {
			return err
		}
		if err := n.startProcess(n.config.KubeRouter()); err != nil {
			return err
		}
		return n.waitReady(ctx, "kube-router", httpProbe(components.KubeRouterHealthURL))
	})
	return g.Wait()
}

// httpProbe returns a probe of an HTTP URL. A status below 500 counts as ready.
func httpProbe(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode >= http.StatusInternalServerError {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}
