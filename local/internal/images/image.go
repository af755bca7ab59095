package images

import (
	"fmt"
	"maps"
	"os"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// User is the user and group of the programs. It is numeric, because the kubelet cannot check that a named user is not
// root.
const User = "65532:65532"

// New returns an image for linux and the architecture, with one layer: the static program at /NAME, which is the
// entrypoint.
func New(name, arch string, program []byte) (v1.Image, error) {
	layer, err := NewLayer([]File{{Name: name, Mode: 0o555, Content: program}})
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", name, err)
	}
	return FromLayers(arch, v1.Config{Entrypoint: []string{"/" + name}, User: User, WorkingDir: "/"}, layer)
}

// FromLayers returns an image for linux and the architecture from layers, the base first.
func FromLayers(arch string, runConfig v1.Config, layers ...v1.Layer) (v1.Image, error) {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.AppendLayers(base, layers...)
	if err != nil {
		return nil, fmt.Errorf("image of %d layers: %w", len(layers), err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image of %d layers: %w", len(layers), err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", arch // containerd refuses an image without them
	config.Config = runConfig
	return mutate.ConfigFile(img, config)
}

// NewIndex returns a multi-architecture image of a program. binaries maps a GOARCH to the program's file.
func NewIndex(name string, binaries map[string]string) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range slices.Sorted(maps.Keys(binaries)) {
		program, err := os.ReadFile(binaries[arch])
		if err != nil {
			return nil, fmt.Errorf("image of %s for %s: %w", name, arch, err)
		}
		img, err := New(name, arch, program)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	return index, nil
}
