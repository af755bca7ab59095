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
	clouds     string // pulumi-resource-aws and -gcp
	kubernetes string // pulumi-resource-kubernetes, or the folder of the official one
	standin    string // what a kubeconfig's exec section calls
}

// InstallPlugins links the providers and the stand-ins of the clouds' token commands to ferry, this process's
// own executable when empty.
func InstallPlugins(p paths.Layout, ferry string) (PluginDirs, error) {
	dirs := PluginDirs{
		clouds:     filepath.Join(p.LocalDir(), "plugins"),
		kubernetes: filepath.Join(p.LocalDir(), "plugins-kubernetes"),
		standin:    filepath.Join(p.LocalDir(), "standin"),
	}
	if ferry == "" {
		var err error
		if ferry, err = os.Executable(); err != nil {
			return dirs, fmt.Errorf("ferry's own path: %w", err)
		}
	}
	for _, link := range []string{
		filepath.Join(dirs.clouds, "pulumi-resource-aws"),
		filepath.Join(dirs.clouds, "pulumi-resource-gcp"),
		filepath.Join(dirs.kubernetes, "pulumi-resource-kubernetes"),
		filepath.Join(dirs.standin, "gke-gcloud-auth-plugin"),
		filepath.Join(dirs.standin, "aws"),
	} {
		if err := relink(link, ferry); err != nil {
			return dirs, err
		}
	}
	if official := officialKubernetes(); official != "" {
		dirs.kubernetes = official
	}
	return dirs, nil
}

// relink makes link point to target, in one step, so that a process that starts meanwhile finds one or the other.
func relink(link, target string) error {
	if old, err := os.Readlink(link); err == nil && old == target {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return fmt.Errorf("plugin's folder: %w", err)
	}
	next := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(target, next); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("plugin's link: %w", err)
	}
	return os.Rename(next, link)
}

// officialKubernetes is the folder of Pulumi's own Kubernetes plugin, from PATH or from the user's Pulumi
// home; empty when it is not installed.
func officialKubernetes() string {
	const name = "pulumi-resource-kubernetes"
	if path, err := exec.LookPath(name); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(target) == name {
			return filepath.Dir(path) // ours is a link to a program of another name
		}
	}
	root := os.Getenv("PULUMI_HOME")
	if root == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		root = filepath.Join(user, ".pulumi")
	}
	found, _ := filepath.Glob(filepath.Join(root, "plugins", "resource-kubernetes-v4.*", name)) // the pattern is well-formed
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}
