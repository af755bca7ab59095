package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(file, []byte(`[{"stack":"gke","base":"origin/main"},{"stack":"eks","base":"origin/main"}]`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run([]string{file}, &out))
	require.Equal(t, "<!-- modelferry: plan of this pull request -->\n\n### `gke`: no changes compared with `origin/main`\n\n"+
		"### `eks`: no changes compared with `origin/main`\n", out.String())

	require.ErrorContains(t, run(nil, &out), "missing plans")
	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	require.ErrorContains(t, run([]string{file}, &out), "plan.json: plan: ")
}
