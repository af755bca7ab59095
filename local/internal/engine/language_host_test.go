package engine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/languagehost"
)

// install creates an executable file.
func install(t *testing.T, elements ...string) {
	t.Helper()
	path := filepath.Join(elements...)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, nil, 0o755))
}

func TestHasLanguageHost(t *testing.T) {
	for name, tt := range map[string]struct {
		install func(t *testing.T, root string)
		want    bool
	}{
		"none":    {func(t *testing.T, root string) { t.Helper(); install(t, root, "bin", "pulumi") }, false},
		"on PATH": {func(t *testing.T, root string) { t.Helper(); install(t, root, "bin", languagehost.Program) }, true},
		"ferry's": {func(t *testing.T, root string) { t.Helper(); install(t, root, "ferry", languagehost.Program) }, false},
		"among plugins": {func(t *testing.T, root string) {
			t.Helper()
			install(t, root, "home", "plugins", "language-go-v3.246.0", languagehost.Program)
		}, true},
		"beside the linked CLI": {func(t *testing.T, root string) {
			t.Helper()
			install(t, root, "opt", "pulumi")
			install(t, root, "opt", languagehost.Program)
			require.NoError(t, os.Mkdir(filepath.Join(root, "bin"), 0o755))
			require.NoError(t, os.Symlink(filepath.Join(root, "opt", "pulumi"), filepath.Join(root, "bin", "pulumi")))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			tt.install(t, root)
			t.Setenv("PULUMI_HOME", filepath.Join(root, "home"))
			ferry := filepath.Join(root, "ferry")
			path := filepath.Join(root, "bin") + string(os.PathListSeparator) + ferry
			require.Equal(t, tt.want, hasLanguageHost(path, ferry))
		})
	}
}
