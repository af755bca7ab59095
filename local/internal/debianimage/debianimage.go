// Package debianimage builds container images from Debian's packages, without Docker: one layer with the files of the
// packages and of their dependencies. The same versions of the packages give the same digest on every machine.
//
// The packages are extracted, not installed: no maintainer script runs. So the layer has no ld.so.cache (the dynamic
// linker finds what is in its default folders), no users of the packages, no bytecode of Python modules, and none of
// the links that update-alternatives makes. Spec.Links has the links that a program needs.
package debianimage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/filelock"
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
	packages, err := resolve(ctx, apt, s, progress)
	if err != nil {
		return nil, err
	}
	unlock, err := filelock.Lock(ctx, filepath.Join(cacheDir, "lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	file := filepath.Join(cacheDir, s.key(packages)+".tar.gz")
	layer, err := openLayer(file)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return layer, err
	}
	downloads, err := os.MkdirTemp(cacheDir, "download-")
	if err != nil {
		return nil, fmt.Errorf("debian packages: %w", err)
	}
	defer func() { _ = os.RemoveAll(downloads) }()
	progress(fmt.Sprintf("downloading %d Debian packages", len(packages)))
	files, err := download(ctx, apt, downloads, s, packages)
	if err != nil {
		return nil, err
	}
	progress("writing the layer of the Debian packages")
	return writeLayer(ctx, file, s, files)
}

// key returns the name of a layer in the cache: a digest of all that decides its bytes.
func (s Spec) key(packages []Package) string {
	text, err := json.Marshal([]any{recipe, packages, s.Links})
	if err != nil {
		panic(err) // strings only
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))[:16]
}
