package basecommit_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/basecommit"
)

// repository is a git repository with a program.
type repository struct {
	*testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	r := repository{t, t.TempDir()}
	r.git("init", "--quiet", "--initial-branch", "main")
	r.write("go.mod", "module example.com/program\n\ngo 1.26\n")
	r.write("main.go", "package main\n\nfunc main() { println(\"old\") }\n")
	r.write("Pulumi.gke.yaml", "old")
	r.commit()
	return r
}

func (r repository) git(args ...string) {
	r.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(r, err, string(out))
}

func (r repository) write(name, content string) {
	r.Helper()
	path := filepath.Join(r.dir, name)
	require.NoError(r, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(r, os.WriteFile(path, []byte(content), 0o600))
}

func (r repository) commit() {
	r.Helper()
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", "c")
}

func (r repository) checkout(ref string) *basecommit.Commit {
	r.Helper()
	commit, err := basecommit.Checkout(r.Context(), r.dir, ref)
	require.NoError(r, err)
	r.Cleanup(commit.Remove)
	return commit
}

func TestCheckout_commonCommit(t *testing.T) {
	r := newRepository(t)
	r.git("checkout", "--quiet", "-b", "change")
	r.write("Pulumi.gke.yaml", "new")
	r.commit()
	r.git("checkout", "--quiet", "main")
	r.write("Pulumi.gke.yaml", "newer on main")
	r.commit()
	r.git("checkout", "--quiet", "change")

	commit := r.checkout("main")
	content, err := os.ReadFile(filepath.Join(commit.Dir, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	require.Equal(t, "old", string(content), "what main got since is no change of the branch")
	require.Regexp(t, `^main \([0-9a-f]{7}\)$`, commit.String())
	commit.Remove()
	require.NoDirExists(t, commit.Dir)
}

func TestCheckout_errors(t *testing.T) {
	r := newRepository(t)
	for _, ref := range []string{"origin/none", "--all", "main:go.mod"} {
		_, err := basecommit.Checkout(t.Context(), r.dir, ref)
		require.ErrorContains(t, err, "no such commit: fetch it", ref)
	}
	r.git("checkout", "--quiet", "--orphan", "other")
	r.write("other", "file")
	r.commit()
	_, err := basecommit.Checkout(t.Context(), r.dir, "main")
	require.ErrorContains(t, err, "git fetch --unshallow")
}

func TestCommit_HasSameProgram(t *testing.T) {
	r := newRepository(t)
	commit := r.checkout("main")
	same := func() bool { return commit.HasSameProgram(t.Context()) }
	require.True(t, same())
	r.write("Pulumi.gke.yaml", "new")
	r.write("stack/stack_test.go", "package stack")
	r.write("local/main.go", "package main")
	require.True(t, same(), "config, tests and other modules are not the program")
	r.write("config/key.go", "package config")
	require.False(t, same(), "a file that is not committed")
	require.NoError(t, os.RemoveAll(filepath.Join(r.dir, "config")))
	require.True(t, same())
	r.write("main.go", "package main\n\nfunc main() { println(\"new\") }\n")
	require.False(t, same())
}

func TestCommit_BuildProgram(t *testing.T) {
	r := newRepository(t)
	commit := r.checkout("main")
	r.write("main.go", "package main\n\nfunc main() { println(\"new\") }\n")
	program, err := commit.BuildProgram(t.Context())
	require.NoError(t, err)
	out, err := exec.Command(program).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "old\n", string(out))

	r.write("main.go", "package main\n\nfunc main() {\n")
	r.commit()
	_, err = r.checkout("main").BuildProgram(t.Context())
	require.ErrorContains(t, err, "build the program of main (")
	require.ErrorContains(t, err, "main.go:")
}
