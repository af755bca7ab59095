package sandbox

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

// discovery lets anybody read the issuer's document and keys, as GKE's and EKS's issuers do: they are public,
// and whoever verifies a token needs them.
var discovery = map[string]any{
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

// startKubernetes brings up control plane and node agents; the kubelet once containerd answers, which closes
// runtime.
func (n *node) startKubernetes(ctx context.Context, runtime <-chan struct{}) error {
	if err := n.run(n.site.Etcd()); err != nil {
		return err
	}
	if err := prepareKubernetes(n.site); err != nil {
		return err
	}
	if err := n.await(ctx, "etcd", answers(components.EtcdURL+"/health")); err != nil {
		return err
	}
	if err := n.run(n.site.APIServer()); err != nil {
		return err
	}
	if err := n.await(ctx, "kube-apiserver", n.api.ready); err != nil {
		return err
	}
	for _, p := range []components.Process{n.site.ControllerManager(), n.site.Scheduler(), n.site.Proxy()} {
		if err := n.run(p); err != nil {
			return err
		}
	}
	select {
	case <-runtime:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := n.run(n.site.Kubelet()); err != nil {
		return err
	}
	if err := n.api.create(ctx, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", discovery); err != nil {
		return fmt.Errorf("issuer discovery: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.await(ctx, "kube-proxy", answers("http://127.0.0.1:10256/healthz")) })
	g.Go(func() error {
		return n.await(ctx, "kubelet", func(ctx context.Context) error { return n.api.schedulable(ctx, n.site.Name(), n.begun) })
	})
	return g.Wait()
}

// answers asks a plain HTTP address: any answer below 500 is one.
func answers(url string) func(context.Context) error {
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
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	}
}
