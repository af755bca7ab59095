package images

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Artifact is what an image and an index have in common: a digest that names them.
type Artifact interface {
	remote.Taggable
	Digest() (v1.Hash, error)
}

// Push puts an image or an index into a registry and returns its reference by digest. repository is the
// registry's host with the path, such as "10.213.0.2:5000/fetcher"; a registry on a private address is spoken
// to over HTTP. Credentials are those of the Docker configuration. What the registry has is not sent again.
//
// The image, and each of an index's, gets a tag as well, made of its digest: a registry that cleans up takes
// what has no tag for waste.
func Push(ctx context.Context, repository string, artifact Artifact) (string, error) {
	digest, err := artifact.Digest()
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	ref, err := name.NewDigest(repository + "@" + digest.String())
	if err != nil {
		return "", fmt.Errorf("push %s: %w", repository, err)
	}
	children, err := childImages(artifact)
	if err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	for _, child := range append(children, artifact) {
		if err := pushTagged(ctx, ref.Context(), child); err != nil {
			return "", fmt.Errorf("push %s: %w", ref, err)
		}
	}
	return ref.String(), nil
}

// childImages returns the images of an index.
func childImages(what Artifact) ([]Artifact, error) {
	index, ok := what.(v1.ImageIndex)
	if !ok {
		return nil, nil
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	var parts []Artifact
	for _, descriptor := range manifest.Manifests {
		part, err := index.Image(descriptor.Digest)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// pushTagged pushes under the tag. What the registry has under it already is not pushed again, which the library
// sees to: a tag that cannot be changed cannot be set again either, not even to what it is.
func pushTagged(ctx context.Context, repository name.Repository, artifact Artifact) error {
	digest, err := artifact.Digest()
	if err != nil {
		return err
	}
	return remote.Push(repository.Tag(Tag(digest)), artifact, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

// Tag is the one that an image of a digest gets: its first 64 bits, which no two builds of one program share.
// A tag "sha256-…" would be in the way of signatures, which have such names by the OCI specification.
func Tag(digest v1.Hash) string { return digest.Hex[:16] }

// SaveLayout writes an index as an OCI layout into a folder, from which any OCI tool can read it.
func SaveLayout(dir string, index v1.ImageIndex) error {
	if _, err := layout.Write(dir, index); err != nil {
		return fmt.Errorf("image layout %s: %w", dir, err)
	}
	return nil
}
