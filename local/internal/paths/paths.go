// Package paths has the paths of the local cloud's files.
package paths

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/clouds"
)

// Stacks are the names of the stacks, one for each cloud. Their local clouds can run at the same time.
var Stacks = clouds.Names()

// StackDirEnv is the environment variable with the folder of the local cloud, Layout.Dir, for providers and token
// commands.
const StackDirEnv = "MODELFERRY_STACK_DIR"

// Layout has the absolute paths of one stack's local cloud.
type Layout struct {
	// Root is the repository's folder.
	Root string
	// Stack is one of Stacks.
	Stack string
}

// New returns the layout of a stack in the repository at root. The error for an unknown stack lists the valid ones.
func New(root, stack string) (Layout, error) {
	if _, err := clouds.Get(stack); err != nil {
		return Layout{}, err
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return Layout{}, fmt.Errorf("repository's folder: %w", err)
	}
	return Layout{Root: abs, Stack: stack}, nil
}

// FromEnv returns the layout for MODELFERRY_STACK_DIR, or false if the variable is not set.
func FromEnv() (Layout, bool) {
	dir := os.Getenv(StackDirEnv)
	if dir == "" {
		return Layout{}, false
	}
	return Layout{Root: filepath.Dir(filepath.Dir(filepath.Clean(dir))), Stack: filepath.Base(dir)}, true
}

// FindRoot returns the closest parent of the working directory that contains Pulumi.yaml.
func FindRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("repository's folder: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "Pulumi.yaml"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("repository's folder: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no Pulumi.yaml in %s or above: run ferry inside the modelferry repository", start)
		}
	}
}

// LocalDir is the folder of all files that the local clouds create. Git ignores it.
func (l Layout) LocalDir() string { return filepath.Join(l.Root, ".local") }

// Bin returns the path of a built program, such as Bin("kube").
func (l Layout) Bin(name string) string { return filepath.Join(l.LocalDir(), "bin", name) }

// Dir is the folder of this stack's local cloud.
func (l Layout) Dir() string { return filepath.Join(l.LocalDir(), l.Stack) }

// Kubeconfig is the administrator's kubeconfig of this stack's cluster.
func (l Layout) Kubeconfig() string { return filepath.Join(l.Dir(), "kubeconfig") }

// StackFile is the stack file that the engine reads: the repository's with the values of the local cloud.
func (l Layout) StackFile() string { return filepath.Join(l.Dir(), "work", "Pulumi."+l.Stack+".yaml") }

// LastKubeconfig is a copy of the kubeconfig of the stack that was started last.
func (l Layout) LastKubeconfig() string { return filepath.Join(l.LocalDir(), "kubeconfig") }

// NodeInfoFile is node.json, with the endpoints of the running node.
func (l Layout) NodeInfoFile() string { return filepath.Join(l.Dir(), "node.json") }

// Log returns the path of a component's log, such as Log("kubelet").
func (l Layout) Log(name string) string { return filepath.Join(l.Dir(), "log", name+".log") }

// DataDir returns a data folder, such as DataDir("etcd"). DataDir() is the folder of all of them.
func (l Layout) DataDir(name ...string) string {
	return filepath.Join(append([]string{l.Dir(), "data"}, name...)...)
}

// Secret returns the path of a secret, such as Secret("admin.token"). The folder is readable by its owner only.
func (l Layout) Secret(name string) string { return filepath.Join(l.Dir(), "secret", name) }
