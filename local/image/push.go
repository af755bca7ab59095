package image

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Digested is what an image and an index have in common: a digest that names them.
type Digested interface {
	remote.Taggable
	Digest() (v1.Hash, error)
}

// Push puts an image or an index into a registry and returns its reference by digest. repository is the
// registry's host with the path, such as "10.213.0.2:5000/fetcher"; a registry on a private address is spoken
// to over HTTP. Credentials are those of the Docker configuration. What the registry has is not sent again.
func Push(ctx context.Context, repository string, what Digested) (string, error) {
	digest, err := what.Digest()
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	ref, err := name.NewDigest(repository + "@" + digest.String())
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	err = remote.Push(ref, what, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	return ref.String(), nil
}

// Save writes an index as an OCI layout into a folder, from which any OCI tool can read it.
func Save(dir string, index v1.ImageIndex) error {
	if _, err := layout.Write(dir, index); err != nil {
		return fmt.Errorf("image layout %s: %w", dir, err)
	}
	return nil
}
