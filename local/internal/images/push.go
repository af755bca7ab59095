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

// Artifact is an image or an index.
type Artifact interface {
	remote.Taggable
	Digest() (v1.Hash, error)
}

// Push pushes an image or an index and returns its reference by digest. repository is host and path, such as
// "10.213.0.2:5000/fetcher". A registry on a private address is accessed over HTTP. Credentials come from the Docker
// configuration.
//
// The artifact, and each image of an index, is tagged with its digest, because cleanup policies delete untagged images.
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

// childImages returns the images of an index, and none for an image.
func childImages(artifact Artifact) ([]Artifact, error) {
	index, ok := artifact.(v1.ImageIndex)
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

// pushTagged pushes an artifact with the tag of its digest. remote.Push skips an artifact that the registry already has
// with that tag, so this works with immutable tags.
func pushTagged(ctx context.Context, repository name.Repository, artifact Artifact) error {
	digest, err := artifact.Digest()
	if err != nil {
		return err
	}
	return remote.Push(repository.Tag(Tag(digest)), artifact, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

// Tag returns the tag of an image with a digest: the digest's first 64 bits in hex. It does not begin with "sha256-",
// because such tags have a meaning:
// https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#referrers-tag-schema
func Tag(digest v1.Hash) string { return digest.Hex[:16] }

// SaveLayout writes an index to a folder as an OCI image layout.
func SaveLayout(dir string, index v1.ImageIndex) error {
	if _, err := layout.Write(dir, index); err != nil {
		return fmt.Errorf("image layout %s: %w", dir, err)
	}
	return nil
}
