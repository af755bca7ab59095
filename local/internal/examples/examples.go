// Package examples builds the example servers in examples/: images from Debian's packages, and the models that they
// serve. The training scripts run with the packages of the image, so that a model loads in it, and has the same digest
// on every machine.
package examples

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/modelferry/modelferry/local/internal/buildcache"
	"github.com/modelferry/modelferry/local/internal/debianimage"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// recipe is part of the names in the cache: a change of how bytecode or models are made needs another number.
const recipe = 1

// DefaultVariant is the variant of the models that are deployed.
const DefaultVariant = "default"

// Servers are the example servers and their models.
type Servers struct {
	source source
	base   *debianimage.Layer
	// cache is the folder of bytecode and models.
	cache    string
	progress func(line string)
}

// CheckHost returns an error if this machine cannot build the example servers.
func CheckHost() error {
	if err := debianimage.CheckHost(); err != nil {
		return fmt.Errorf("real model servers: %w: make up with SERVERS=fake needs neither", err)
	}
	if os.Geteuid() != 0 {
		return errors.New("real model servers: their training scripts run in a chroot, which needs root: run `sudo make up`")
	}
	return nil
}

// Open builds the base layer, unless it is in the cache. progress receives a line for each step that takes long.
func Open(ctx context.Context, layout paths.Layout, progress func(line string)) (*Servers, error) {
	if err := CheckHost(); err != nil {
		return nil, err
	}
	source, err := readSource(filepath.Join(layout.Root, "examples"))
	if err != nil {
		return nil, err
	}
	s := &Servers{source: source, cache: filepath.Join(layout.LocalDir(), "examples"), progress: progress}
	s.base, err = debianimage.Build(ctx, filepath.Join(layout.LocalDir(), "debian"), spec(source.packages), progress)
	return s, err
}

// Build makes the bytecode and trains the models, unless they are in the cache.
func (s *Servers) Build(ctx context.Context) error {
	return s.ensure(ctx, DefaultVariant, s.bytecodeName(), s.modelsName(DefaultVariant))
}

// Train returns the folder with the artifacts of all services in a variant of the training scripts.
func (s *Servers) Train(ctx context.Context, variant string) (string, error) {
	return s.modelsDir(variant), s.ensure(ctx, variant, s.modelsName(variant))
}

// ensure makes those of the bytecode and the models of a variant that are missing.
func (s *Servers) ensure(ctx context.Context, variant string, names ...string) error {
	cache, err := buildcache.Open(ctx, s.cache) // another stack makes the same
	if err != nil {
		return err
	}
	defer cache.Close()
	missing := map[string]bool{}
	for _, name := range names {
		if _, err := os.Stat(cache.Path(name)); errors.Is(err, fs.ErrNotExist) {
			missing[name] = true
		} else if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	root, err := s.unpack(ctx, cache)
	if err != nil {
		return err
	}
	if missing[s.bytecodeName()] {
		s.progress("compiling the Python modules of the image")
		if err := root.writeBytecode(ctx, cache, s.bytecodeName()); err != nil {
			return fmt.Errorf("bytecode: %w", err)
		}
	}
	if missing[s.modelsName(variant)] {
		s.progress(fmt.Sprintf("training the models of %d example servers", len(trained)))
		return root.train(ctx, variant, cache.Path(s.modelsName(variant)))
	}
	return nil
}

// bytecodeName is the layer with the bytecode of the base layer's modules.
func (s *Servers) bytecodeName() string {
	return "bytecode-" + buildcache.Key(recipe, s.base.Record().DiffID) + ".tar.gz"
}

// modelsName is the folder with the artifacts of a variant. They depend on the packages and on the scripts.
func (s *Servers) modelsName(variant string) string {
	return "models-" + variant + "-" + buildcache.Key(recipe, s.base.Record().DiffID, s.source.modules)
}

func (s *Servers) modelsDir(variant string) string {
	return filepath.Join(s.cache, s.modelsName(variant))
}

// Artifact returns the file of an artifact. backend is the selected backend of the service, or "". Build makes it.
func (s *Servers) Artifact(service, backend, name string) (testmodel.File, error) {
	file, err := trainedFile(service, backend, name)
	if err != nil {
		return testmodel.File{}, err
	}
	return testmodel.DescribeFile(filepath.Join(s.modelsDir(DefaultVariant), filepath.FromSlash(file)))
}

// Image returns the image of a service. Build makes what it needs.
func (s *Servers) Image(service string) (v1.Image, error) {
	if err := checkService(service); err != nil {
		return nil, err
	}
	bytecode, err := tarball.LayerFromFile(filepath.Join(s.cache, s.bytecodeName()), tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", service, err)
	}
	app, err := images.NewLayer(s.source.modulesOf(service))
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", service, err)
	}
	return images.FromLayers(debianimage.Architecture, config(service), s.base, bytecode, app)
}
