package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// explain runs the fetcher with --explain and checks that the model folder is untouched.
func (f *fixture) explain(t *testing.T) (stdout, stderr string, exit int) {
	t.Helper()
	command, log := f.command(t.Context())
	command.Args = append(command.Args, "--explain")
	var output bytes.Buffer
	command.Stdout = &output
	err := command.Run()
	var exitErr *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exitErr)
	}
	f.requireNothingPublished(t)
	return output.String(), log.String(), command.ProcessState.ExitCode()
}

func TestExplain_printsPlanWithoutDownload(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(100, faultproxy.IsContent, faultproxy.Status(http.StatusTeapot))
			f := newFixture(t, store, proxy.URL)
			version := store.Put(t, f.bucket, "models/m.bin", []byte("model"))
			store.Put(t, f.bucket, "data.tar", []byte("archive"))
			f.set("MODEL_SHA256", sha256Hex([]byte("model")), "MODEL_SIZE", "5", "ARTIFACTS",
				fmt.Sprintf(`[{"bucket":%q,"path":"data.tar","dest":"data/x.tar"}]`, f.bucket))
			stdout, stderr, exit := f.explain(t)
			require.Zero(t, exit, stderr)
			for _, want := range []string{
				"2 artifacts from " + name + " into " + filepath.Dir(f.path("m.bin")) + ", all or none",
				"from     " + f.url("models/m.bin"), "to       " + f.path("m.bin"), "size     5 bytes, as declared",
				"version  " + version + ", the live version", "check    SHA-256 " + sha256Hex([]byte("model")) + ", pinned", "check    CRC",
				"to       extracted into " + f.path("data"), "12 bytes in ranges of 8388608, 8 at once",
			} {
				require.Contains(t, stdout, want)
			}
		})
	}
}

func TestExplain_printsErrors(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, store, "")
			store.Put(t, f.bucket, "models/m.bin", []byte("model"))
			f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"none","dest":"none"}]`, f.bucket))
			stdout, stderr, exit := f.explain(t)
			require.Equal(t, 4, exit)
			require.Contains(t, stdout, "fails    none: "+f.url("none")+": no such object")
			require.Contains(t, stdout, "size     5 bytes")
			require.Contains(t, stderr, "no such object")
			_, stderr, exit = f.set("MODEL_SHA256", "abc").explain(t)
			require.Equal(t, 2, exit)
			require.Contains(t, stderr, "must be 64 hex digits")
		})
	}
}
