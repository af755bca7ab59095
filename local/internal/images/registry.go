package images

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

// RegistryHandler serves the OCI distribution protocol. Blobs are stored in the folder blobs, which is created, and
// outlive the process. Manifests and tags are in memory only, because an image is pushed before it is used, and a push
// sends only the blobs that are missing.
func RegistryHandler(blobs string) (http.Handler, error) {
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return nil, fmt.Errorf("image registry's folder: %w", err)
	}
	return registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(blobs)),
		registry.Logger(log.New(io.Discard, "", 0)),
	), nil
}
