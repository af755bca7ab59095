package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

func TestReadLog_offset(t *testing.T) {
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	lines, next := readLog(layout, 0)
	require.Empty(t, lines, "there is no log yet")

	require.NoError(t, os.MkdirAll(filepath.Dir(layout.Log("node")), 0o755))
	writeLog := func(text string) { require.NoError(t, os.WriteFile(layout.Log("node"), []byte(text), 0o644)) }
	writeLog("one\ntwo\nhal")
	lines, next = readLog(layout, next)
	require.Equal(t, []string{"one", "two"}, lines)

	writeLog("one\ntwo\nhalf\n")
	lines, next = readLog(layout, next)
	require.Equal(t, []string{"half"}, lines)
	require.Equal(t, logSize(layout), next)
}
