package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/local/internal/paths"
)

func TestReleaserVariables_notRunning(t *testing.T) {
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	variables, err := releaserVariables(layout)
	require.NoError(t, err)
	require.Equal(t, [][2]string{{stackfile.FilesVariable, ""}}, variables, "no local cloud runs")

	record := filepath.Join(layout.Dir(), "node.pid")
	require.NoError(t, os.MkdirAll(filepath.Dir(record), 0o700))
	require.NoError(t, os.WriteFile(record, []byte("{"), 0o600))
	_, err = releaserVariables(layout)
	require.ErrorContains(t, err, record, "it may run")
}
