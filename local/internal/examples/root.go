package examples

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/local/internal/buildcache"
	"github.com/modelferry/modelferry/local/internal/images"
)

// userID is that of the training scripts, and of the servers (images.User).
const userID = 65532

// root is an unpacked image without bytecode.
type root struct{ dir string }

// unpack unpacks the layers into a temporary folder of the cache.
func (s *Servers) unpack(ctx context.Context, cache *buildcache.Cache) (root, error) {
	dir, err := cache.TempDir()
	if err != nil {
		return root{}, fmt.Errorf("example servers: %w", err)
	}
	return root{dir}, root{dir}.fill(ctx, s)
}

func (r root) fill(ctx context.Context, s *Servers) error {
	if err := s.base.Unpack(ctx, r.dir); err != nil {
		return err
	}
	for _, module := range s.source.modules {
		file := filepath.Join(r.dir, filepath.FromSlash(module.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, module.Content, 0o644); err != nil {
			return err
		}
	}
	return os.Chmod(r.dir, 0o755) // the training scripts' user has to reach the files
}

// train runs the training scripts of all services, and moves what they have written to a folder, which must not exist.
func (r root) train(ctx context.Context, variant, dir string) error {
	out := filepath.Join(r.dir, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		return err
	}
	if err := os.Chown(out, userID, userID); err != nil {
		return err
	}
	scripts, ctx := errgroup.WithContext(ctx)
	scripts.SetLimit(runtime.NumCPU())
	for _, service := range Services() {
		scripts.Go(func() error {
			args := []string{"-m", service + ".train", "--out", "/out"}
			if variant != DefaultVariant {
				args = append(args, "--variant", variant)
			}
			if err := r.python(ctx, userID, slices.Concat(environment, []string{"HOME=/tmp"}), args...); err != nil {
				return fmt.Errorf("training of %s: %w", service, err)
			}
			return nil
		})
	}
	if err := scripts.Wait(); err != nil {
		return err
	}
	for _, name := range Files() {
		if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("training scripts: %w", err)
		}
	}
	return os.Rename(out, dir)
}

// writeBytecode compiles the modules of the packages, but not their tests, and writes a layer with the bytecode.
// Without it, every start of a server would compile the modules that it imports.
func (r root) writeBytecode(ctx context.Context, cache *buildcache.Cache, name string) error {
	// The order of a set's elements in bytecode depends on the seed of their hashes. unchecked-hash, because the
	// bytecode's layer is not newer than the modules' layer.
	err := r.python(ctx, 0, []string{"PATH=/usr/bin", "LANG=C.UTF-8", "PYTHONHASHSEED=0"}, "-m", "compileall", "-q",
		"-x", "/(tests|test|idlelib|lib2to3)/", "--invalidation-mode", "unchecked-hash", "/usr/lib/python3", "/usr/lib/python3.11")
	if err != nil {
		return err
	}
	var files []images.File
	tree := os.DirFS(r.dir)
	err = fs.WalkDir(tree, "usr", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".pyc" {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		files = append(files, images.File{Name: name, Mode: 0o444, Content: content})
		return err
	})
	if err != nil {
		return err
	}
	layer, err := images.NewLayer(files)
	if err != nil {
		return err
	}
	content, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer content.Close()
	return cache.WriteFile(name, func(out io.Writer) error {
		_, err := io.Copy(out, content)
		return err
	})
}
