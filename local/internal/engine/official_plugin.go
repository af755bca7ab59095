package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
)

// OfficialKubernetesPlugin returns the directory of Pulumi's own Kubernetes plugin, from PATH or the newest one in the
// user's Pulumi home, or "" if it is not installed.
func OfficialKubernetesPlugin() string {
	const name = "pulumi-resource-kubernetes"
	if path, err := exec.LookPath(name); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(target) == name {
			return filepath.Dir(path) // ferry's link has a target of another name
		}
	}
	pulumiHome := os.Getenv("PULUMI_HOME")
	if pulumiHome == "" {
		userHome, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		pulumiHome = filepath.Join(userHome, ".pulumi")
	}
	const versionPrefix = "resource-kubernetes-v"
	plugins, _ := filepath.Glob(filepath.Join(pulumiHome, "plugins", versionPrefix+"4.*", name)) // the pattern is valid
	var newest string
	var newestVersion semver.Version
	for _, plugin := range plugins {
		dir := filepath.Dir(plugin)
		version, err := semver.Parse(strings.TrimPrefix(filepath.Base(dir), versionPrefix))
		if err == nil && (newest == "" || version.GT(newestVersion)) {
			newest, newestVersion = dir, version
		}
	}
	return newest
}
