// Package debianimage builds container images from Debian's packages, without Docker: one layer with the files of the
// packages and of their dependencies. The same versions of the packages give the same digest on every machine.
//
// The packages are extracted, not installed: no maintainer script runs. So the layer has no ld.so.cache (the dynamic
// linker finds what is in its default folders), no users of the packages, no bytecode of Python modules, and none of
// the links that update-alternatives makes. Spec.Links has the links that a program needs.
package debianimage

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/local/internal/buildcache"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
)

// Spec says what is in a layer.
type Spec struct {
	// Packages are names of Debian packages. Their dependencies are included, recommended packages are not.
	Packages []string
	// Omit are packages to leave out although others depend on them, such as a compiler. What only they depend on is
	// left out, too.
	Omit []string
	// Links maps paths of additional symbolic links to their targets, such as those of update-alternatives. Paths have
	// no leading slash.
	Links map[string]string
}

// recipe is part of the key of a layer: a change of how layers are made needs another number.
const recipe = "1"

// Build returns the layer of a spec in the versions that the machine's apt selects. It takes the layer from cacheDir,
// or downloads the packages and writes the layer there. progress receives a line for each step that takes long.
//
// It needs Debian 12 on amd64, and root if the lists of packages have to be updated.
func Build(ctx context.Context, cacheDir string, s Spec, progress func(line string)) (*Layer, error) {
	if err := CheckHost(); err != nil {
		return nil, err
	}
	apt, ok := hostdeps.FindApt()
	if !ok {
		return nil, errors.New("debian packages: no apt-get: install the package apt")
	}
	return buildUpdated(ctx, apt, cacheDir, s, progress)
}

// buildUpdated updates the lists of packages and tries again if apt cannot resolve or download the packages: a package
// may not be in the lists, and mirrors no longer have the versions of old lists.
func buildUpdated(ctx context.Context, apt hostdeps.Apt, cacheDir string, s Spec, progress func(string)) (*Layer, error) {
	cache, err := buildcache.Open(ctx, cacheDir)
	if err != nil {
		return nil, err
	}
	defer cache.Close()
	layer, err := build(ctx, apt, cache, s, progress)
	var failed aptError
	if !errors.As(err, &failed) || ctx.Err() != nil {
		return layer, err
	}
	progress("updating the lists of Debian packages")
	if updateErr := apt.Update(ctx, func(string) {}); updateErr != nil {
		return nil, errors.Join(err, updateErr)
	}
	return build(ctx, apt, cache, s, progress)
}

func build(ctx context.Context, apt hostdeps.Apt, cache *buildcache.Cache, s Spec, progress func(string)) (*Layer, error) {
	dir, err := cache.TempDir()
	if err != nil {
		return nil, err
	}
	packages, err := resolve(ctx, apt, dir, s)
	if err != nil {
		return nil, err
	}
	name := s.key(packages) + ".tar.gz"
	if layer, ok := openLayer(cache, name); ok {
		return layer, nil
	}
	progress(fmt.Sprintf("downloading %d Debian packages", len(packages)))
	files, err := download(ctx, apt, dir, s, packages)
	if err != nil {
		return nil, err
	}
	progress("writing the layer of the Debian packages")
	return writeLayer(ctx, cache, name, s, files)
}

// key returns a digest of all that decides the bytes of a layer.
func (s Spec) key(packages []Package) string { return buildcache.Key(recipe, packages, s.Links) }
