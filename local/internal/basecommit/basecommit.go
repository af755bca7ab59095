// Package basecommit provides the files and the program of the commit that a change is compared with.
package basecommit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Commit is a commit whose files are in a temporary directory.
type Commit struct {
	// Ref is how the user names the commit's branch, Hash the commit: the last one that HEAD and Ref have in common.
	Ref, Hash string
	// Dir has the files.
	Dir string

	root string // the repository
}

// Checkout returns the last commit that HEAD and ref have in common: a branch is compared with what it started from, so
// that newer commits of ref do not look like changes. The repository itself stays as it is.
func Checkout(ctx context.Context, root, ref string) (*Commit, error) {
	hash, err := git(ctx, root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("base %q: no such commit: fetch it, or name a branch such as origin/main", ref)
	}
	common, err := git(ctx, root, "merge-base", "HEAD", hash)
	if err != nil {
		return nil, fmt.Errorf("base %q: HEAD has no commit in common with it: a shallow clone needs git fetch --unshallow", ref)
	}
	dir, err := os.MkdirTemp("", "modelferry-base-")
	if err != nil {
		return nil, fmt.Errorf("base %q: %w", ref, err)
	}
	c := &Commit{Ref: ref, Hash: common, Dir: filepath.Join(dir, "files"), root: root}
	if err := c.extract(ctx); err != nil {
		c.Remove()
		return nil, fmt.Errorf("base %q: %w", ref, err)
	}
	return c, nil
}

// Remove removes the directory.
func (c *Commit) Remove() { _ = os.RemoveAll(filepath.Dir(c.Dir)) } // best effort: it is a temporary directory

// String returns, for example, "origin/main (3f2a1bc)".
func (c *Commit) String() string { return fmt.Sprintf("%s (%s)", c.Ref, c.Hash[:7]) }

// extract writes the commit's files to Dir. Unlike a worktree, nothing is left in the repository if it is interrupted.
func (c *Commit) extract(ctx context.Context) error {
	if err := os.Mkdir(c.Dir, 0o755); err != nil {
		return err
	}
	var stderr bytes.Buffer
	archive := exec.CommandContext(ctx, "git", "-C", c.root, "archive", "--format=tar", c.Hash)
	unpack := exec.CommandContext(ctx, "tar", "-x", "-C", c.Dir)
	archive.Stderr, unpack.Stderr = &stderr, &stderr
	var err error
	if unpack.Stdin, err = archive.StdoutPipe(); err != nil {
		return err
	}
	if err := unpack.Start(); err != nil {
		return fmt.Errorf("tar: %w", err)
	}
	if err := errors.Join(archive.Run(), unpack.Wait()); err != nil {
		return fmt.Errorf("git archive %s: %w\n%s", c.Hash, err, stderr.Bytes())
	}
	return nil
}

// programPaths are the files of the Pulumi program.
var programPaths = []string{
	"go.mod", "go.sum", "main.go", "stack", "config", "components", "infra",
	":(exclude,glob)**/*_test.go", ":(exclude,glob)**/testdata/**",
}

// HasSameProgram reports whether the program in the repository's files is that of the commit.
func (c *Commit) HasSameProgram(ctx context.Context) bool {
	if _, err := git(ctx, c.root, append([]string{"diff", "--quiet", c.Hash, "--"}, programPaths...)...); err != nil {
		return false
	}
	untracked, err := git(ctx, c.root, append([]string{"ls-files", "--others", "--exclude-standard", "--"}, programPaths...)...)
	return err == nil && untracked == ""
}

// BuildProgram builds the commit's program and returns its path.
func (c *Commit) BuildProgram(ctx context.Context) (string, error) {
	program := filepath.Join(filepath.Dir(c.Dir), "program")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	cmd.Dir, cmd.Env = c.Dir, append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program of %s: %w\n%s", c, err, bytes.TrimSpace(out))
	}
	return program, nil
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...).Output()
	return strings.TrimSpace(string(out)), err
}
