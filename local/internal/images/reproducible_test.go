package images

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

const repository = "../../.."

// copySources copies the sources of released programs into another folder, as another checkout has them.
func copySources(t *testing.T) string {
	t.Helper()
	target := t.TempDir()
	for _, dir := range []string{"cli", "config", "fetcher"} {
		require.NoError(t, os.CopyFS(filepath.Join(target, dir), os.DirFS(filepath.Join(repository, dir))))
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(repository, file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(target, file), content, 0o600))
	}
	return target
}

// Two checkouts in different folders give the same image.
func TestBuild_reproducible(t *testing.T) {
	checkout := copySources(t)
	programs, err := ReleasedPrograms(repository, []string{"fetcher", "modelferry", "fetcher-exporter"})
	require.NoError(t, err)
	copies, err := ReleasedPrograms(checkout, []string{"fetcher", "modelferry", "fetcher-exporter"})
	require.NoError(t, err)
	for i, program := range programs {
		t.Run(program.Name, func(t *testing.T) {
			digest := func(p Program) string {
				index, err := Build(context.Background(), p, t.TempDir(), []string{runtime.GOARCH})
				require.NoError(t, err)
				hash, err := index.Digest()
				require.NoError(t, err)
				return hash.String()
			}
			require.Equal(t, digest(program), digest(copies[i]))
		})
	}
}

// Without -trimpath the folder is in the program: two checkouts show what depends on it.
func TestBuild_folderMatters(t *testing.T) {
	var contents [2][]byte
	for i := range contents {
		dir := t.TempDir()
		source := "package main\n\nfunc main() { panic(\"x\") }\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/x\n\ngo 1.26\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600))
		cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", "x", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", output)
		contents[i], err = fs.ReadFile(os.DirFS(dir), "x")
		require.NoError(t, err)
	}
	require.NotEqual(t, contents[0], contents[1])
}

func TestReleasedPrograms_names(t *testing.T) {
	programs, err := ReleasedPrograms("/r", nil)
	require.NoError(t, err)
	require.Equal(t, []Program{{Name: "fetcher", Module: "/r/fetcher", Package: "."}}, programs)
	_, err = ReleasedPrograms("/r", []string{"fetcher", "pause"})
	require.EqualError(t, err, `invalid program "pause": must be fetcher, modelferry or fetcher-exporter`)
}
