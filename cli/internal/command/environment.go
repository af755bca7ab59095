package command

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/mlflow"
	"github.com/modelferry/modelferry/cli/internal/pack"
	"github.com/modelferry/modelferry/cli/internal/release"
	"github.com/modelferry/modelferry/cli/objectstore"
)

// newEnvironment returns the environment of the workflows for a command in the repository at root.
func newEnvironment(cmd *cobra.Command, root string) *release.Environment {
	stateDir := ""
	if cache, err := os.UserCacheDir(); err == nil { // without one, an interrupted upload begins again
		stateDir = filepath.Join(cache, "modelferry", "uploads")
	}
	return &release.Environment{
		Root:      root,
		OpenStore: objectstore.Open,
		Buckets:   bucketNames,
		Pack:      pack.Write,
		Fetch:     mlflow.Fetch,
		Deployer:  deployer{root: root, out: cmd.ErrOrStderr()},
		Now:       time.Now,
		Messages:  cmd.ErrOrStderr(),
		Progress:  newProgress(cmd.ErrOrStderr()),
		StateDir:  stateDir,
	}
}

// openChange returns the environment and the stacks of a command that changes releases, and checks its flags.
func openChange(cmd *cobra.Command, o release.Options, named []string) (*release.Environment, []string, error) {
	root, err := findRoot()
	if err != nil {
		return nil, nil, err
	}
	stacks, err := selectStacks(root, named)
	if err != nil {
		return nil, nil, err
	}
	environment := newEnvironment(cmd, root)
	environment.Author = release.FindAuthor(cmd.Context(), root)
	return environment, stacks, checkChangeFlags(o, stacks)
}

// openRead returns the environment and the stacks of a command that only reads.
func openRead(cmd *cobra.Command, named []string) (*release.Environment, []string, error) {
	root, err := findRoot()
	if err != nil {
		return nil, nil, err
	}
	stacks, err := selectAllStacks(root, named)
	return newEnvironment(cmd, root), stacks, err
}
