// Command prometheus-discovery writes the scrape targets of a cluster into files for Prometheus, every two seconds. It
// runs beside the Prometheus of the local cloud, with the pod's service account.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/local/internal/scrapetargets"
)

// interval is the time between two reads of the cluster.
const interval = 2 * time.Second

func main() {
	dir := flag.String("dir", "/targets", "folder of the files")
	kubeconfig := flag.String("kubeconfig", "", "path of a kubeconfig; without it, the pod's service account is used")
	labels := flag.String("labels", "", "labels of every target of a PodMonitoring, as NAME=VALUE,…")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *dir, *kubeconfig, *labels)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "prometheus-discovery: %v\n", err)
		os.Exit(1)
	}
}

// run writes the files until ctx ends. A cluster that cannot be read leaves the files as they are.
func run(ctx context.Context, dir, kubeconfig, labels string) error {
	external, err := parseLabels(labels)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	client, err := scrapetargets.NewClient(config)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	for {
		cluster, err := scrapetargets.Read(ctx, client, external)
		if err == nil {
			err = scrapetargets.Write(dir, cluster.Targets())
			if err != nil {
				return err
			}
		} else if ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "prometheus-discovery: %v\n", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(interval):
		}
	}
}

func parseLabels(text string) (map[string]string, error) {
	labels := map[string]string{}
	if text == "" {
		return labels, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("invalid label %q: must be NAME=VALUE", pair)
		}
		labels[name] = value
	}
	return labels, nil
}
