// Package gkeidentity is the local cloud's Workload Identity Federation for GKE and the access control of Cloud
// Storage: the metadata server issues tokens of a pod's service account, and a front of the object store evaluates the
// IAM bindings that the program has created.
package gkeidentity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"github.com/modelferry/modelferry/local/internal/httpserver"
	"github.com/modelferry/modelferry/local/internal/releaser"
)

// Config configures the servers. Log is optional.
type Config struct {
	StackDir     string // has cloud.json
	StoreDir     string // has the objects of fake-gcs-server
	Backend      string // URL of fake-gcs-server
	StorageAddr  string // host:port of the Cloud Storage API, plain HTTP
	MetadataAddr string // host:port of the metadata server, plain HTTP
	AdminToken   string // is allowed everything at the Cloud Storage API
	FindPod      FindPod
	Log          *slog.Logger
}

// Serve runs the metadata server and the Cloud Storage API until ctx ends. It calls ready once, when both listen.
func Serve(ctx context.Context, c Config, ready func()) error {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	backend, err := url.Parse(c.Backend)
	if err != nil {
		return err
	}
	shared, issued := &records{dir: c.StackDir}, &tokens{lifetime: tokenLifetime}
	front, err := newStorageFront(backend, c.StorageAddr, c.StoreDir, c.AdminToken, shared, issued, c.Log)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	storage := http.NewServeMux()
	storage.Handle(releaser.TokenPath, &tokenEndpoint{stackDir: c.StackDir, tokens: issued, log: c.Log})
	storage.Handle("/", front)
	metadata := &metadataServer{findPod: c.FindPod, records: shared, tokens: issued, readyDelay: readyDelay, log: c.Log}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	storageListener, err := net.Listen("tcp", c.StorageAddr)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	metadataListener, err := net.Listen("tcp", c.MetadataAddr)
	if err != nil {
		return errors.Join(fmt.Errorf("metadata server: %w", err), storageListener.Close())
	}
	errs := make(chan error, 2)
	go func() { errs <- httpserver.Serve(ctx, storageListener, storage) }()
	go func() { errs <- httpserver.Serve(ctx, metadataListener, metadata) }()
	ready()
	err = <-errs
	cancel() // stop the other one
	return errors.Join(err, <-errs)
}
