package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// Exports are shell lines that point an ordinary pulumi CLI, run in the repository, at a running local cloud:
// its state, its config, its providers and its cluster's token. Evaluated twice they change nothing more.
// ferry is the executable that serves as the plugins; this process's own when empty.
func Exports(p paths.Layout, ferry string) (string, error) {
	plugins, err := InstallPlugins(p, ferry)
	if err != nil {
		return "", err
	}
	passphrase, err := passphraseFile(p)
	if err != nil {
		return "", err
	}
	path := []string{filepath.Dir(p.Bin("pulumi")), plugins.clouds, plugins.standin}
	if officialKubernetes() == "" {
		path = append(path, plugins.kubernetes)
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
		{"PATH", onPath(path, os.Getenv("PATH"))},
	} {
		fmt.Fprintf(&lines, "export %s=%s\n", variable[0], quote(variable[1]))
	}
	return lines.String(), nil
}

// onPath puts folders before the others, each once. The user's own pulumi stays the first, if there is one:
// only behind all of PATH comes ours.
func onPath(folders []string, path string) string {
	cli, plugins := folders[0], folders[1:]
	var kept []string
	for _, folder := range filepath.SplitList(path) {
		if !slices.Contains(folders, folder) {
			kept = append(kept, folder)
		}
	}
	return strings.Join(slices.Concat(plugins, kept, []string{cli}), string(os.PathListSeparator))
}

// quote makes one word of a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
