package images

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

// RegistryHandler serves the distribution protocol. Blobs lie in folder blobs, which is made, and outlive the process.
// Manifests and tags live in memory only: whoever refers to an image pushes it first, and a push of what the
// folder already holds moves no blob.
func RegistryHandler(blobs string) (http.Handler, error) {
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return nil, fmt.Errorf("image registry's folder: %w", err)
	}
	return registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(blobs)),
		registry.Logger(log.New(io.Discard, "", 0)),
	), nil
}
