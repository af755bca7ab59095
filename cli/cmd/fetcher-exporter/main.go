// Command fetcher-exporter serves the results of the fetchers of a cluster as Prometheus metrics, at /metrics. It runs
// as a pod, with the service account in monitoring/kubernetes/fetcher-exporter.yaml.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/cli/internal/fetcherexporter"
)

func main() {
	address := flag.String("listen-address", ":8080", "address of /metrics and /healthz")
	kubeconfig := flag.String("kubeconfig", "", "path of a kubeconfig; without it, the pod's service account is used")
	namespace := flag.String("namespace", "", "namespace of the pods; all namespaces if it is empty")
	selector := flag.String("selector", fetcherexporter.Selector, "label selector of the pods")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *address, *kubeconfig, *namespace, *selector)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "fetcher-exporter: %v\n", err)
		os.Exit(1)
	}
}

// serve serves until ctx ends.
func serve(ctx context.Context, address, kubeconfig, namespace, selector string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	// Half of the scrape timeout of Prometheus, which is 10 s by default: a slow API server is an error in the
	// exporter's answer, not a timeout without a reason.
	config.Timeout = 5 * time.Second
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := corev1.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", fetcherexporter.Handler(client, namespace, selector))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() {
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(shutdown)
	})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
