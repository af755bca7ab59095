package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// kubernetesPluginVersion is the release of Pulumi's Kubernetes plugin, and the one that the commit in
// tools/pulumi-kubernetes/go.mod belongs to: a machine without access to Pulumi's downloads builds the same release.
const kubernetesPluginVersion = "4.25.0"

// downloadTimeout limits the attempt. Without a network it ends after a few seconds.
const downloadTimeout = 5 * time.Minute

// downloadPlugin links target to the plugin that Pulumi has released, which it downloads with the CLI in out unless the
// user has it already.
func downloadPlugin(ctx context.Context, out, target, version string) error {
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	name := filepath.Join("plugins", "resource-kubernetes-v"+version, "pulumi-resource-kubernetes")
	plugin := filepath.Join(userPulumiHome(), name)
	if _, err := os.Stat(plugin); err != nil {
		home := filepath.Join(out, "pulumi-home")
		cmd := exec.CommandContext(ctx, filepath.Join(out, "pulumi"), "plugin", "install", "resource", "kubernetes", version)
		cmd.Env = append(os.Environ(), "PULUMI_HOME="+home, "PULUMI_SKIP_UPDATE_CHECK=true")
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("pulumi plugin install: %w\n%s", err, output)
		}
		plugin = filepath.Join(home, name)
	}
	if err := os.RemoveAll(target + ".next"); err != nil {
		return err
	}
	if err := os.Symlink(plugin, target+".next"); err != nil {
		return err
	}
	return os.Rename(target+".next", target)
}

func userPulumiHome() string {
	if home := os.Getenv("PULUMI_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".pulumi")
}
