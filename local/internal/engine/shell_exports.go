package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// ShellExports are shell lines that point an ordinary pulumi CLI, run in the repository, at a running local cloud:
// its state, its config, its providers and its cluster's token. Evaluated twice they change nothing more.
// ferry is the executable that serves as the plugins; this process's own when empty.
func ShellExports(p paths.Layout, ferry string) (string, error) {
	plugins, err := InstallPlugins(p, ferry)
	if err != nil {
		return "", err
	}
	passphrase, err := ensurePassphraseFile(p)
	if err != nil {
		return "", err
	}
	pathDirs := []string{filepath.Dir(p.Bin("pulumi")), plugins.cloudPlugins, plugins.credentialPlugins}
	if officialKubernetesPlugin() == "" {
		pathDirs = append(pathDirs, plugins.kubernetesPlugin)
	}
	var lines strings.Builder
	// A passphrase that the user has set for other stacks would win over the file.
	lines.WriteString("unset PULUMI_CONFIG_PASSPHRASE\n")
	for _, variable := range [][2]string{
		{paths.StackDirEnv, p.Dir()},
		{"KUBECONFIG", p.Kubeconfig()},
		{"PULUMI_BACKEND_URL", "file://" + filepath.Join(p.Dir(), "pulumi")},
		{"PULUMI_CONFIG_PASSPHRASE_FILE", passphrase},
		{"PULUMI_OPTION_CONFIG_FILE", filepath.Join(p.Dir(), "work", "Pulumi."+p.Stack+".yaml")},
		{"PATH", prependPath(pathDirs, os.Getenv("PATH"))},
	} {
		fmt.Fprintf(&lines, "export %s=%s\n", variable[0], shellQuote(variable[1]))
	}
	return lines.String(), nil
}

// prependPath puts folders before the others, each once. The user's own pulumi stays the first, if there is one:
// only behind all of PATH comes ours.
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

// shellQuote makes one word of a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
