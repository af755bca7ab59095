package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/spf13/cobra"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// newKubeRouterCommand returns the command that runs kube-router's firewall, which enforces NetworkPolicies with
// iptables and ipset. kube-router's own command has the router and the service proxy, too. They are the parts that the
// advisories for this version are about, and are not in this program:
// https://github.com/cloudnativelabs/kube-router/security/advisories/GHSA-phqm-jgc3-qf8g (service proxy)
// https://github.com/cloudnativelabs/kube-router/security/advisories/GHSA-v5mh-h5hx-7v92 (router)
func newKubeRouterCommand() *cobra.Command {
	config := options.NewKubeRouterConfig()
	config.EnableIPv4 = true
	var healthz string
	cmd := &cobra.Command{
		Use: "kube-router", Short: "Enforces NetworkPolicies on this node", Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return runFirewall(cmd, config, healthz) },
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Kubeconfig, "kubeconfig", "", "path of the kubeconfig")
	flags.StringVar(&config.HostnameOverride, "hostname-override", "", "name of the node")
	flags.StringSliceVar(&config.ClusterIPCIDRs, "service-cluster-ip-range", config.ClusterIPCIDRs, "range of the cluster IPs")
	flags.DurationVar(&config.IPTablesSyncPeriod, "iptables-sync-period", config.IPTablesSyncPeriod,
		"time between two syncs without an event")
	flags.StringVar(&healthz, "healthz-bind-address", "127.0.0.1:20244", "address of /healthz, which responds from the first sync on")
	return cmd
}

// runFirewall enforces the policies until the process ends. The rules stay in the kernel then.
func runFirewall(cmd *cobra.Command, config *options.KubeRouterConfig, healthz string) error {
	restConfig, err := clientcmd.BuildConfigFromFlags("", config.Kubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	stop := cmd.Context().Done()
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	factory.Start(stop)
	factory.WaitForCacheSync(stop)

	iptables, ipsets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	controller, err := netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, iptables, ipsets)
	if err != nil {
		return err
	}
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods: controller.PodEventHandler, policies: controller.NetworkPolicyEventHandler,
		namespaces: controller.NamespaceEventHandler,
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	// The controller sends a heartbeat at the start of each sync, and waits until it is received.
	heartbeats := make(chan *healthcheck.ControllerHeartbeat)
	failed := make(chan error, 1)
	go func() {
		<-heartbeats
		go func() {
			server := &http.Server{Addr: healthz, Handler: http.HandlerFunc(respondOK), ReadHeaderTimeout: 10 * time.Second}
			failed <- server.ListenAndServe()
		}()
		for {
			<-heartbeats
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	go controller.Run(heartbeats, stop, &running)
	select {
	case err := <-failed:
		return err
	case <-stop:
		return nil
	}
}

func respondOK(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }
