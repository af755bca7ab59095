package engine

import (
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/languagehost"
)

// hasLanguageHost reports whether a pulumi CLI that is found on path has Pulumi's own language host: on path, beside
// the CLI, or among the plugins in its home. ferry's, in ferryDir, is for machines without Pulumi's.
// https://github.com/pulumi/pulumi/blob/v3.274.1/sdk/go/common/workspace/plugins.go
func hasLanguageHost(path, ferryDir string) bool {
	for _, dir := range filepath.SplitList(path) {
		if dir == ferryDir {
			continue
		}
		if isExecutable(filepath.Join(dir, languagehost.Program)) {
			return true
		}
		if cli, err := filepath.EvalSymlinks(filepath.Join(dir, "pulumi")); err == nil &&
			isExecutable(filepath.Join(filepath.Dir(cli), languagehost.Program)) {
			return true
		}
	}
	installed, err := filepath.Glob(filepath.Join(PulumiHome(), "plugins", "language-go-v*", languagehost.Program))
	return err == nil && len(installed) > 0
}

// PulumiHome returns the directory of the plugins of the user's pulumi CLI.
func PulumiHome() string {
	if home := os.Getenv("PULUMI_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".pulumi")
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
