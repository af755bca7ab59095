package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// PluginDirs are the folders with links to ferry, which acts by the name it is called by.
type PluginDirs struct {
	cloudPlugins      string // pulumi-resource-aws and -gcp
	kubernetesPlugin  string // pulumi-resource-kubernetes, or the folder of the official one
	credentialPlugins string // what a kubeconfig's exec section calls
}

// InstallPlugins links the providers and the stand-ins of the clouds' token commands to ferry, this process's
// own executable when empty.
func InstallPlugins(p paths.Layout, ferry string) (PluginDirs, error) {
	dirs := PluginDirs{
		cloudPlugins:      filepath.Join(p.LocalDir(), "plugins"),
		kubernetesPlugin:  filepath.Join(p.LocalDir(), "plugins-kubernetes"),
		credentialPlugins: filepath.Join(p.LocalDir(), "standin"),
	}
	if ferry == "" {
		var err error
		if ferry, err = os.Executable(); err != nil {
			return dirs, fmt.Errorf("ferry's own path: %w", err)
		}
	}
	for _, link := range []string{
		filepath.Join(dirs.cloudPlugins, "pulumi-resource-aws"),
		filepath.Join(dirs.cloudPlugins, "pulumi-resource-gcp"),
		filepath.Join(dirs.kubernetesPlugin, "pulumi-resource-kubernetes"),
		filepath.Join(dirs.credentialPlugins, "gke-gcloud-auth-plugin"),
		filepath.Join(dirs.credentialPlugins, "aws"),
	} {
		if err := replaceSymlink(link, ferry); err != nil {
			return dirs, err
		}
	}
	if official := officialKubernetesPlugin(); official != "" {
		dirs.kubernetesPlugin = official
	}
	return dirs, nil
}

// replaceSymlink makes link point to target, in one step, so that a process that starts meanwhile finds one or the other.
func replaceSymlink(link, target string) error {
	if current, err := os.Readlink(link); err == nil && current == target {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return fmt.Errorf("plugin's folder: %w", err)
	}
	temporary := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(target, temporary); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("plugin's link: %w", err)
	}
	return os.Rename(temporary, link)
}

// officialKubernetesPlugin is the folder of Pulumi's own Kubernetes plugin, from PATH or from the user's Pulumi
// home; empty when it is not installed.
func officialKubernetesPlugin() string {
	const name = "pulumi-resource-kubernetes"
	if path, err := exec.LookPath(name); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(target) == name {
			return filepath.Dir(path) // ours is a link to a program of another name
		}
	}
	pulumiHome := os.Getenv("PULUMI_HOME")
	if pulumiHome == "" {
		userHome, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		pulumiHome = filepath.Join(userHome, ".pulumi")
	}
	found, _ := filepath.Glob(filepath.Join(pulumiHome, "plugins", "resource-kubernetes-v4.*", name)) // the pattern is well-formed
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}
