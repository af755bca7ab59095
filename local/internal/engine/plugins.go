package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/languagehost"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// PluginDirs are the directories with symbolic links to ferry, which behaves according to the name of the link.
type PluginDirs struct {
	cloudPlugins      string // the clouds' provider plugins
	kubernetesPlugin  string // pulumi-resource-kubernetes
	credentialPlugins string // the commands in the exec section of a kubeconfig
	languageHost      string // pulumi-language-go
}

// InstallPlugins links the provider plugins, the credential plugins and the language host to executable, the path of
// ferry. Default: this process's executable.
func InstallPlugins(p paths.Layout, executable string) (PluginDirs, error) {
	dirs := PluginDirs{
		cloudPlugins:      filepath.Join(p.LocalDir(), "plugins"),
		kubernetesPlugin:  filepath.Join(p.LocalDir(), "plugins-kubernetes"),
		credentialPlugins: filepath.Join(p.LocalDir(), "credential-plugins"),
		languageHost:      filepath.Join(p.LocalDir(), "language-host"),
	}
	if executable == "" {
		var err error
		if executable, err = os.Executable(); err != nil {
			return dirs, fmt.Errorf("path of this executable: %w", err)
		}
	}
	links := []string{
		filepath.Join(dirs.kubernetesPlugin, "pulumi-resource-kubernetes"),
		filepath.Join(dirs.languageHost, languagehost.Program),
	}
	for _, cloud := range clouds.All {
		links = append(links,
			filepath.Join(dirs.cloudPlugins, "pulumi-resource-"+cloud.Provider),
			filepath.Join(dirs.credentialPlugins, cloud.ExecPlugin))
	}
	for _, link := range links {
		if err := replaceSymlink(link, executable); err != nil {
			return dirs, err
		}
	}
	return dirs, nil
}

// replaceSymlink makes link point to target. The change is atomic: processes that start meanwhile use the old link or
// the new one.
func replaceSymlink(link, target string) error {
	if current, err := os.Readlink(link); err == nil && current == target {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return fmt.Errorf("plugin directory: %w", err)
	}
	temporary := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(target, temporary); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("plugin link: %w", err)
	}
	return os.Rename(temporary, link)
}
