package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// ProviderEnv is the environment variable that selects the Kubernetes provider of a new stack.
const ProviderEnv = "MODELFERRY_PROVIDER"

// Kubernetes providers of the local cloud.
const (
	// OfficialProvider is Pulumi's own. tools/build builds it.
	OfficialProvider = "official"
	// QuickProvider is part of ferry. Offline previews and renderings always use it.
	QuickProvider = "quick"
	// DefaultProvider is that of a stack that selects none.
	DefaultProvider = OfficialProvider
)

// kubernetesProvider returns the stack's Kubernetes provider. The first call records the one that ProviderEnv selects.
// A stack keeps it until make down: what is installed does not matter.
func kubernetesProvider(p paths.Layout) (string, error) {
	selected := os.Getenv(ProviderEnv)
	if selected != "" && selected != OfficialProvider && selected != QuickProvider {
		return "", fmt.Errorf("invalid %s %q: must be %s or %s", ProviderEnv, selected, OfficialProvider, QuickProvider)
	}
	record := filepath.Join(p.Dir(), "kubernetes-provider")
	content, err := os.ReadFile(record)
	if err == nil {
		if recorded := string(content); selected == "" || selected == recorded {
			return recorded, nil
		}
		return "", fmt.Errorf("invalid %s %q: the stack %s has the provider %q: run make down STACK=%s before you change it",
			ProviderEnv, selected, p.Stack, content, p.Stack)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("kubernetes provider: %w", err)
	}
	if selected == "" {
		selected = DefaultProvider
	}
	if err := os.MkdirAll(p.Dir(), 0o755); err != nil {
		return "", fmt.Errorf("kubernetes provider: %w", err)
	}
	return selected, os.WriteFile(record, []byte(selected), 0o644)
}

// kubernetesPluginDir returns the directory with the stack's Kubernetes plugin.
func kubernetesPluginDir(p paths.Layout, quickDir string) (string, error) {
	selected, err := kubernetesProvider(p)
	if err != nil || selected == QuickProvider {
		return quickDir, err
	}
	plugin := p.Bin("pulumi-resource-kubernetes")
	if _, err := os.Stat(plugin); err != nil {
		return "", fmt.Errorf("kubernetes plugin: %w: make up builds it, and make up PROVIDER=%s needs none", err, QuickProvider)
	}
	return filepath.Dir(plugin), nil
}
