package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLastLine(t *testing.T) {
	for name, c := range map[string]struct{ log, want string }{
		"empty":       {log: "", want: ""},
		"last":        {log: "one\ntwo\n", want: "two"},
		"no newline":  {log: "one\ntwo", want: "two"},
		"blank lines": {log: "one\n\n  \n", want: "one"},
		"panic":       {log: "one\npanic: reason\n\ngoroutine 1:\n\tmain.go:1\n", want: "panic: reason"},
		"long":        {log: strings.Repeat("x", 400), want: strings.Repeat("x", 300) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			require.NoError(t, os.WriteFile(path, []byte(c.log), 0o644))
			require.Equal(t, c.want, lastLine(path))
		})
	}
	require.Empty(t, lastLine("/nowhere"))
}
