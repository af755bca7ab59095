package main_test

import (
	"bytes"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Keys as object stores and file systems accept them.
func TestFetcher_keysWithInvisibleCharacters(t *testing.T) {
	for name, store := range allStores(t) {
		for _, object := range []string{
			"no-break\u00a0space.bin", "ideographic\u3000space.bin", "thin\u2009space\u2028.bin", "👩\u200d🔬.bin", "soft\u00adhyphen.bin",
			"right-to-left\u200f.bin", "tab\tin.bin", " spaces at both ends ", "\u65e5\u672c\u8a9e.bin", `quote"and\backslash.bin`,
		} {
			t.Run(name+"/"+object, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, store, "").setObject("models/"+object, object)
				store.Put(t, f.bucket, "models/"+object, []byte("m"))
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, []byte("m"), f.readFile(t, object))
				require.Equal(t, object, got.Artifacts[0].Dest)
			})
		}
	}
}

func TestFetcher_quotesInvisibleCharacters(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			const object = "m\u200d.bin"
			f := newFixture(t, store, "").setObject(object, object)
			got := f.run(t)
			require.Equal(t, 4, got.ExitCode)
			require.Contains(t, got.Message, strconv.Quote(object)+": "+strconv.Quote(f.url(object))+": no such object")
			command, _ := f.command(t.Context())
			command = exec.Command(command.Path, "--explain")
			for key, value := range f.env {
				command.Env = append(command.Env, key+"="+value)
			}
			command.Env = append(command.Env, runMain...)
			var stdout bytes.Buffer
			command.Stdout = &stdout
			require.Error(t, command.Run())
			require.Contains(t, stdout.String(), "from     "+strconv.Quote(f.url(object)))
		})
	}
}
