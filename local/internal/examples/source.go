package examples

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/images"
)

// source is the folder examples/ of the repository.
type source struct {
	// packages are the Debian packages that the servers need.
	packages []string
	// modules are the Python files, sorted by name, below app/.
	modules []images.File
}

// packagesFile lists one Debian package on each line.
const packagesFile = "packages.txt"

func readSource(dir string) (source, error) {
	list, err := os.ReadFile(filepath.Join(dir, packagesFile))
	if err != nil {
		return source{}, fmt.Errorf("example servers: %w", err)
	}
	s := source{packages: readPackages(list)}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "tests":
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".py":
			return nil
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		s.modules = append(s.modules, images.File{Name: path.Join("app", name), Mode: 0o444, Content: content})
		return err
	})
	if err != nil {
		return source{}, fmt.Errorf("example servers: %w", err)
	}
	if len(s.packages) == 0 || len(s.modules) == 0 {
		return source{}, errors.New("example servers: no packages or no modules in " + dir)
	}
	return s, nil
}

// modulesOf returns the modules of a service, and those that all services share.
func (s source) modulesOf(service string) []images.File {
	var modules []images.File
	for _, module := range s.modules {
		if strings.HasPrefix(module.Name, "app/"+service+"/") || strings.HasPrefix(module.Name, "app/serving/") {
			modules = append(modules, module)
		}
	}
	return modules
}

// readPackages returns the packages of a list. What follows # is a comment.
func readPackages(list []byte) []string {
	var names []string
	lines := bufio.NewScanner(bytes.NewReader(list))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		names = append(names, strings.Fields(line)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
