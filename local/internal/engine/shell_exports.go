package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// ShellExports returns POSIX shell commands after which an ordinary pulumi CLI in the repository uses a running local
// cloud: its state, config, plugins and kubeconfig. They can be evaluated more than once. pluginExecutable is as in
// Options. variables are further ones, pairs of name and value: without a value, a variable is unset.
func ShellExports(p paths.Layout, pluginExecutable string, variables [][2]string) (string, error) {
	plugins, err := InstallPlugins(p, pluginExecutable)
	if err != nil {
		return "", err
	}
	passphrase, err := ensurePassphraseFile(p)
	if err != nil {
		return "", err
	}
	pathDirs := []string{filepath.Dir(p.Bin("pulumi")), plugins.cloudPlugins, plugins.credentialPlugins}
	kubernetesPlugin, err := kubernetesPluginDir(p, plugins.kubernetesPlugin)
	if err != nil {
		return "", err
	}
	if kubernetesPlugin != pathDirs[0] { // The official plugin is beside the CLI.
		pathDirs = append(pathDirs, kubernetesPlugin)
	}
	if !hasLanguageHost(os.Getenv("PATH"), plugins.languageHost) {
		pathDirs = append(pathDirs, plugins.languageHost)
	}
	var lines strings.Builder
	for _, variable := range append([][2]string{
		{paths.StackDirEnv, p.Dir()},
		{"KUBECONFIG", p.Kubeconfig()},
		{"PULUMI_BACKEND_URL", "file://" + filepath.Join(p.Dir(), "pulumi")},
		{"PULUMI_CONFIG_PASSPHRASE", ""}, // would override the file
		{"PULUMI_CONFIG_PASSPHRASE_FILE", passphrase},
		{"PULUMI_OPTION_CONFIG_FILE", p.StackFile()},
		{"PATH", prependPath(pathDirs, os.Getenv("PATH"))},
	}, variables...) {
		if variable[1] == "" {
			fmt.Fprintf(&lines, "unset %s\n", variable[0])
			continue
		}
		fmt.Fprintf(&lines, "export %s=%s\n", variable[0], shellQuote(variable[1]))
	}
	return lines.String(), nil
}

// prependPath adds directories to a PATH: the first one, which has the pulumi CLI, at the end, so that the user's own
// CLI is preferred, and the others at the beginning. Each is in the result once.
func prependPath(dirs []string, path string) string {
	cliDir, pluginDirs := dirs[0], dirs[1:]
	var otherDirs []string
	for _, dir := range filepath.SplitList(path) {
		if !slices.Contains(dirs, dir) {
			otherDirs = append(otherDirs, dir)
		}
	}
	return strings.Join(slices.Concat(pluginDirs, otherDirs, []string{cliDir}), string(os.PathListSeparator))
}

// shellQuote quotes s as one word of a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
