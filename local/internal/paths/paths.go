// Package paths says where the local cloud keeps its things, so that no other package spells a path.
package paths

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/clouds"
)

// Stacks are the local clouds that can run, one for each cloud. They may run at the same time.
var Stacks = clouds.Names()

// StackDirEnv names the environment variable that tells providers and stand-ins which local cloud they serve.
// Its value is a Place's Dir.
const StackDirEnv = "MODELFERRY_STACK_DIR"

// Layout is where one stack's local cloud lies. Its paths are absolute.
type Layout struct {
	// Root is the repository's folder.
	Root string
	// Stack is one of Stacks.
	Stack string
}

// New is the place of a stack in the repository at root. A stack that there is not is an error naming those
// that there are.
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

// FromEnv is the place that MODELFERRY_STACK_DIR names; false when it is unset.
func FromEnv() (Layout, bool) {
	dir := os.Getenv(StackDirEnv)
	if dir == "" {
		return Layout{}, false
	}
	return Layout{Root: filepath.Dir(filepath.Dir(filepath.Clean(dir))), Stack: filepath.Base(dir)}, true
}

// FindRoot walks up from the working folder to the repository's folder: the one that holds Pulumi.yaml.
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

// LocalDir is the git-ignored folder that holds all that the local clouds make.
func (p Layout) LocalDir() string { return filepath.Join(p.Root, ".local") }

// Bin is a built program, such as Bin("kube").
func (p Layout) Bin(name string) string { return filepath.Join(p.LocalDir(), "bin", name) }

// Dir holds all of this stack's local cloud.
func (p Layout) Dir() string { return filepath.Join(p.LocalDir(), p.Stack) }

// Kubeconfig is the admin's kubeconfig of this stack's cluster.
func (p Layout) Kubeconfig() string { return filepath.Join(p.Dir(), "kubeconfig") }

// LastKubeconfig is a copy of the kubeconfig of the stack that came up last.
func (p Layout) LastKubeconfig() string { return filepath.Join(p.LocalDir(), "kubeconfig") }

// NodeInfoFile is node.json: where the running node's servers answer.
func (p Layout) NodeInfoFile() string { return filepath.Join(p.Dir(), "node.json") }

// Log is a component's log, such as Log("kubelet").
func (p Layout) Log(name string) string { return filepath.Join(p.Dir(), "log", name+".log") }

// DataDir is a folder of what the node's servers keep, such as Data("etcd"); Data() holds them all.
func (p Layout) DataDir(name ...string) string {
	return filepath.Join(append([]string{p.Dir(), "data"}, name...)...)
}

// Secret is a file of the stack's secrets, such as Secret("admin.token"); the folder is for its owner only.
func (p Layout) Secret(name string) string { return filepath.Join(p.Dir(), "secret", name) }
