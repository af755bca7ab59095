package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeProgram writes a shell script.
func writeProgram(t *testing.T, path, script string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestDownloadPlugin(t *testing.T) {
	const version = "1.2.3"
	installed := filepath.Join("plugins", "resource-kubernetes-v"+version, "pulumi-resource-kubernetes")
	for name, c := range map[string]struct {
		cli       string // script of the pulumi CLI
		userHas   string // version in the user's Pulumi home
		want, err string
	}{
		"download": {
			cli:  `[ "$*" = "plugin install resource kubernetes 1.2.3" ] && mkdir -p "$PULUMI_HOME/plugins/resource-kubernetes-v1.2.3" && echo downloaded >"$PULUMI_HOME/` + installed + `"`,
			want: "downloaded\n",
		},
		"the user has it":          {cli: "exit 1", userHas: version, want: "#!/bin/sh\nuser"},
		"the user has another one": {cli: "exit 1", userHas: "9.9.9", err: "pulumi plugin install: exit status 1"},
		"no network":               {cli: "echo no such host; exit 1", err: "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			out, home := t.TempDir(), t.TempDir()
			t.Setenv("PULUMI_HOME", home)
			writeProgram(t, filepath.Join(out, "pulumi"), c.cli)
			if c.userHas != "" {
				writeProgram(t, filepath.Join(home, strings.Replace(installed, version, c.userHas, 1)), "user")
			}
			target := filepath.Join(out, "pulumi-resource-kubernetes")
			err := downloadPlugin(context.Background(), out, target, version)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("got %v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if content, err := os.ReadFile(target); err != nil || string(content) != c.want {
				t.Fatalf("got %q, %v, want %q", content, err, c.want)
			}
		})
	}
}

// The plugin that is built is the release that is downloaded.
func TestKubernetesPluginVersion_matchesSource(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(root, "tools", "pulumi-kubernetes", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), `const version = "`+kubernetesPluginVersion+`"`) {
		t.Fatalf("tools/pulumi-kubernetes is not version %s", kubernetesPluginVersion)
	}
}
