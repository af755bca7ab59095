package command

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// findRoot returns the nearest folder with Pulumi.yaml: the working directory or one above it, as pulumi does.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", exitcode.WithCode(exitcode.Invalid,
				errors.New("no Pulumi.yaml in this folder or above it: run it in the repository of the stacks"))
		}
		dir = parent
	}
}
