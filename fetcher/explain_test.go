package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/faultproxy"
)

// explain runs the fetcher with --explain and checks that the model folder is untouched.
func (b *fixture) explain(t *testing.T) (stdout, stderr string, exit int) {
	t.Helper()
	command, log := b.command(t.Context())
	command.Args = append(command.Args, "--explain")
	var output bytes.Buffer
	command.Stdout = &output
	err := command.Run()
	var ended *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &ended)
	}
	b.requireNothingPublished(t)
	return output.String(), log.String(), command.ProcessState.ExitCode()
}

func TestExplain_printsPlanWithoutDownload(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(100, faultproxy.IsRange, faultproxy.Status(http.StatusTeapot))
			b := newFixture(t, store, proxy.URL)
			version := store.Put(t, b.bucket, "models/m.bin", []byte("model"))
			store.Put(t, b.bucket, "data.tar", []byte("archive"))
			b.set("MODEL_SHA256", sha256Hex([]byte("model")), "MODEL_SIZE", "5", "ARTIFACTS",
				fmt.Sprintf(`[{"bucket":%q,"path":"data.tar","dest":"data/x.tar"}]`, b.bucket))
			stdout, stderr, exit := b.explain(t)
			require.Zero(t, exit, stderr)
			for _, want := range []string{
				"2 artifacts from " + name + " into " + filepath.Dir(b.path("m.bin")) + ", all or none",
				"from     " + b.url("models/m.bin"), "to       " + b.path("m.bin"), "size     5 bytes, as declared",
				"version  " + version + ", the live version", "check    SHA-256 " + sha256Hex([]byte("model")) + ", pinned", "check    CRC",
				"to       extracted into " + b.path("data"), "12 bytes in ranges of 8388608, 8 at once",
			} {
				require.Contains(t, stdout, want)
			}
		})
	}
}

func TestExplain_printsErrors(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			b := newFixture(t, store, "")
			store.Put(t, b.bucket, "models/m.bin", []byte("model"))
			b.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"none","dest":"none"}]`, b.bucket))
			stdout, stderr, exit := b.explain(t)
			require.Equal(t, 4, exit)
			require.Contains(t, stdout, "fails    none: "+b.url("none")+": no such object")
			require.Contains(t, stdout, "size     5 bytes")
			require.Contains(t, stderr, "no such object")
			_, stderr, exit = b.set("MODEL_SHA256", "abc").explain(t)
			require.Equal(t, 2, exit)
			require.Contains(t, stderr, "must be 64 hex digits")
		})
	}
}
